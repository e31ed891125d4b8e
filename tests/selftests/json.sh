# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Checks of JSON documents with jq filters. jq takes most of a second to start on an
# emulated processor, so the checks are collected and one jq evaluates them all at the
# end. Source this file after ktap.sh, whose finish calls json_judge.

json_descriptions=()
json_filters=()
json_documents=()

# json_of DESCRIPTION FILTER DOCUMENT: the last output of the filter is true.
json_of() {
	json_descriptions+=("$1")
	json_filters+=("$2")
	json_documents+=("$3")
}

# json DESCRIPTION FILTER: the filter is true for the output of the last status check.
# shellcheck disable=SC2154
json() {
	json_of "$ktap_asked: $1" "$2" "$out"
}

# json_same DESCRIPTION DOCUMENT FILTER OTHER_DOCUMENT OTHER_FILTER: both filters have
# the same output, which is not null.
json_same() {
	json_of "$1" "(.[0] | $3) as \$one | (.[1] | $5) as \$other | \$one == \$other and \$one != null" \
		"[${2:-null}, ${4:-null}]"
}

# Print the result of each check.
# shellcheck disable=SC2016 # for jq to expand
json_judge() {
	local i program='(split("\u001e") | map(try fromjson catch null)) as $documents | ' results
	[[ ${#json_descriptions[@]} -gt 0 ]] || return 0
	for i in "${!json_descriptions[@]}"; do
		[[ $i -eq 0 ]] || program+=', '
		program+="([try (\$documents[$i] | values | ${json_filters[i]}) catch false]
			| last | . != null and . != false)"
	done
	# U+001E does not occur in a document, so it separates them. All filters are false
	# for an invalid document. An error of jq is printed as the result.
	mapfile -t results < <(printf '%s\036' "${json_documents[@]}" |
		jq -Rs -f <(echo "$program") 2>&1)
	for i in "${!json_descriptions[@]}"; do
		if [[ ${results[i]:-} == true ]]; then
			ktap_result ok "${json_descriptions[i]}"
		else
			ktap_result "not ok" "${json_descriptions[i]}"
			printf '# %s\n' "got: ${results[i]:-nothing}" "expected: ${json_filters[i]}"
			head -c 2000 <<<"${json_documents[i]}" | tr -s '\n\t ' ' ' | sed 's/^/# of: /'
			echo
		fi
	done
}
