# SPDX-License-Identifier: GPL-2.0-only
#
# What is measured comes as lines of columns that tabs divide.

def rows: split("\n") | map(select(. != "" and (startswith("#") | not)) | split("\t"));
def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
def rounded($digits): (. * pow(10; $digits) | round) / pow(10; $digits);
# Each once, in the order of their first time, which unique does not keep.
def distinct: reduce .[] as $it ([]; if index([$it]) then . else . + [$it] end);
