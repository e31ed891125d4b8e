# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What is true of a piece of JSON, in jq's words. Where the processor is emulated,
# jq takes most of a second to get going: claims are collected, and it is asked of
# all of them at once, at the end. Sourced after ktap.sh, whose finish sees to that.

json_claims=()
json_filters=()
json_documents=()

# json_of DESCRIPTION FILTER DOCUMENT: the last thing that the filter makes of the
# document is true.
json_of() {
	json_claims+=("$1")
	json_filters+=("$2")
	json_documents+=("$3")
}

# json DESCRIPTION FILTER: is true of what the last command for status printed.
# shellcheck disable=SC2154
json() {
	json_of "$ktap_asked: $1" "$2" "$out"
}

# json_same DESCRIPTION DOCUMENT FILTER OTHER_DOCUMENT OTHER_FILTER: the filters make
# the same of them, and something.
json_same() {
	json_of "$1" "(.[0] | $3) as \$one | (.[1] | $5) as \$other | \$one == \$other and \$one != null" \
		"[${2:-null}, ${4:-null}]"
}

# A result for each claim; finish calls it.
# shellcheck disable=SC2016 # for jq to expand
json_judge() {
	local i program='(split("\u001e") | map(try fromjson catch null)) as $documents | ' results
	[[ ${#json_claims[@]} -gt 0 ]] || return 0
	for i in "${!json_claims[@]}"; do
		[[ $i -eq 0 ]] || program+=', '
		program+="([try (\$documents[$i] | values | ${json_filters[i]}) catch false]
			| last | . != null and . != false)"
	done
	# What separates documents is in none. Nothing is true of one that is not JSON.
	# What jq says of a filter that is none is in the place of the result.
	mapfile -t results < <(printf '%s\036' "${json_documents[@]}" |
		jq -Rs -f <(echo "$program") 2>&1)
	for i in "${!json_claims[@]}"; do
		if [[ ${results[i]:-} == true ]]; then
			ktap_result ok "${json_claims[i]}"
		else
			ktap_result "not ok" "${json_claims[i]}"
			printf '# %s\n' "got: ${results[i]:-nothing}" "expected: ${json_filters[i]}"
			head -c 2000 <<<"${json_documents[i]}" | tr -s '\n\t ' ' ' | sed 's/^/# of: /'
			echo
		fi
	done
}
