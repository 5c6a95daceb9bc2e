
_seal_contexts() {
    local -a names kubeconfig
    local file=${(Q)opt_args[--kubeconfig]}
    [[ -n $file ]] && kubeconfig=(--kubeconfig ${file/#\~\//$HOME/})
    names=(${(f)"$(command seal completions contexts $kubeconfig 2>/dev/null)"})
    compadd -a names
}
