# Names of contexts for the value of --context, else what _seal says.
_seal_with_contexts() {
    local at value
    if _seal_is_context; then
        _seal_contexts "$value"
    else
        _seal "$@"
    fi
}

# Whether the value of --context is typed. bash takes words apart at : and =, which names of contexts have.
_seal_is_context() {
    local word before=":"
    for ((at = COMP_CWORD - 1; at > 0; at--)); do
        [[ ${COMP_WORDS[at]} == --context ]] && break
    done
    ((at > 0)) || return 1
    [[ ${COMP_WORDS[at + 1]} == = ]] && ((at++))
    value=
    for word in "${COMP_WORDS[@]:at + 1:COMP_CWORD - at}"; do
        # Two words that nothing joins are two arguments.
        [[ $word != [:=]* && $before != *[:=] ]] && return 1
        value+=$word before=${word:-x}
    done
}

_seal_contexts() {
    local name i kubeconfig=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == --kubeconfig ]]; then
            [[ ${COMP_WORDS[i + 1]} == = ]] && ((i++))
            kubeconfig=(--kubeconfig "${COMP_WORDS[i + 1]/#\~\//$HOME/}")
        fi
    done
    # No files where no name fits.
    compopt +o default +o bashdefault 2>/dev/null
    COMPREPLY=()
    while IFS= read -r name; do
        [[ $name == "$1"* ]] || continue
        # What stands before the last : is on the command line already.
        [[ $COMP_WORDBREAKS == *:* ]] && name=${name#"${1%"${1##*:}"}"}
        COMPREPLY+=("$(printf %q "$name")")
    done < <(command seal completions contexts "${kubeconfig[@]}" 2>/dev/null)
}
