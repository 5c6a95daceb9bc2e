
function __fish_seal_types_context
    string match -q -- --context (commandline -opc)[-1]
    or string match -q -- '--context=*' (commandline -ct)
end

function __fish_seal_contexts
    set -l words (commandline -opc)
    argparse --ignore-unknown 'kubeconfig=' -- $words 2>/dev/null
    if set -q _flag_kubeconfig[1]
        command seal completions contexts --kubeconfig $_flag_kubeconfig[1] 2>/dev/null
    else
        command seal completions contexts 2>/dev/null
    end
end

complete -c seal -n __fish_seal_types_context -l context -x -a "(__fish_seal_contexts)"
