# SPDX-License-Identifier: GPL-2.0-only
#
# Functions for figures in lines of tab-separated columns.

def rows: split("\n") | map(select(. != "" and (startswith("#") | not)) | split("\t"));
def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
def rounded($digits): (. * pow(10; $digits) | round) / pow(10; $digits);
# Like unique, but keeps the order of the first occurrences.
def distinct: reduce .[] as $it ([]; if index([$it]) then . else . + [$it] end);
