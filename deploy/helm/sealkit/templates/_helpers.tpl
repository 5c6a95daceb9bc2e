{{/*
Names and selector labels are those of the upstream chart, whatever this chart is called: a Deployment's selector can never
change, so only equal ones let a release move from there to here.
*/}}
{{- define "sealkit.name" -}}
{{- .Values.nameOverride | default "sealed-secrets" | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "sealkit.fullname" -}}
{{- $name := .Values.nameOverride | default "sealed-secrets" -}}
{{- $full := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- .Values.fullnameOverride | default $full | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "sealkit.namespace" -}}
{{- .Values.namespace | default .Release.Namespace -}}
{{- end -}}

{{- define "sealkit.serviceAccountName" -}}
{{- $own := .Values.serviceAccount.create | ternary (include "sealkit.fullname" .) "default" -}}
{{- .Values.serviceAccount.name | default $own -}}
{{- end -}}

{{- define "sealkit.selector" -}}
app.kubernetes.io/name: {{ include "sealkit.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "sealkit.image" -}}
{{- with .Values.image -}}
{{- printf "%s/%s:%s" .registry .repository (.tag | default $.Chart.AppVersion | toString) -}}
{{- with .digest }}@{{ . }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* A value in which templates are allowed: dict "value" VALUE "context" $. */}}
{{- define "sealkit.render" -}}
{{- tpl (kindIs "string" .value | ternary .value (toYaml .value)) .context -}}
{{- end -}}

{{/*
Metadata of an object: dict "context" $ "name" NAME, and as wanted "namespace" ("-" for none), "labels" and "annotations" (lists
of mappings; later ones win).
*/}}
{{- define "sealkit.metadata" -}}
{{- $ := .context -}}
{{- $labels := include "sealkit.selector" $ | fromYaml -}}
{{- $chart := printf "%s-%s" $.Chart.Name $.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- $_ := set $labels "helm.sh/chart" $chart -}}
{{- $_ := set $labels "app.kubernetes.io/managed-by" $.Release.Service -}}
{{- $_ := set $labels "app.kubernetes.io/version" $.Chart.AppVersion -}}
{{- $_ := set $labels "app.kubernetes.io/part-of" "sealed-secrets" -}}
{{- range concat (list $.Values.commonLabels) (.labels | default list) -}}
{{- $labels = mustMergeOverwrite $labels (include "sealkit.render" (dict "value" (. | default dict) "context" $) | fromYaml) -}}
{{- end -}}
{{- $annotations := dict -}}
{{- range concat (list $.Values.commonAnnotations) (.annotations | default list) -}}
{{- $annotations = mustMergeOverwrite $annotations (include "sealkit.render" (dict "value" (. | default dict) "context" $) | fromYaml) -}}
{{- end -}}
name: {{ .name }}
{{- if ne .namespace "-" }}
namespace: {{ .namespace | default (include "sealkit.namespace" $) }}
{{- end }}
labels:
  {{- toYaml $labels | nindent 2 }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* A mapping as a flag takes it: a=b,c=d. */}}
{{- define "sealkit.pairs" -}}
{{- $pairs := list -}}
{{- range $key, $value := . -}}
{{- $pairs = append $pairs (printf "%s=%s" $key $value) -}}
{{- end -}}
{{- join "," $pairs -}}
{{- end -}}

{{/*
The service's flags, as a list: name, value, and the service's own default, which need not be said. Values that are empty are
not given; 0 is a value.
*/}}
{{- define "sealkit.flags" -}}
{{- $all := and .Values.allNamespaces (not .Values.rbac.namespacedRoles) -}}
{{- range list
    (list "leader-elect" .Values.leaderElect "")
    (list "update-status" .Values.updateStatus true)
    (list "extra-conditions" .Values.extraConditions true)
    (list "skip-recreate" .Values.skipRecreate false)
    (list "old-gc-behavior" .Values.oldGCBehavior false)
    (list "accept-deprecated-v1-data" .Values.acceptDeprecatedV1Data true)
    (list "dry-run" .Values.dryRun false)
    (list "key-prefix" .Values.secretName "sealed-secrets-key")
    (list "key-renew-period" .Values.keyrenewperiod "")
    (list "key-ttl" .Values.keyttl "")
    (list "key-cutoff-time" .Values.keycutofftime "")
    (list "key-size" .Values.keySize "")
    (list "key-order-priority" .Values.keyOrderPriority "")
    (list "my-cn" .Values.keyCommonName "")
    (list "no-key-generation" .Values.noKeyGeneration false)
    (list "privatekey-annotations" (include "sealkit.pairs" .Values.privateKeyAnnotations) "")
    (list "privatekey-labels" (include "sealkit.pairs" .Values.privateKeyLabels) "")
    (list "watch-for-secrets" .Values.watchForSecrets false)
    (list "all-namespaces" $all true)
    (list "additional-namespaces" (join "," .Values.additionalNamespaces) "")
    (list "label-selector" .Values.labelSelector "")
    (list "additional-secret-labels" (include "sealkit.pairs" .Values.additionalSecretLabels) "")
    (list "additional-secret-annotations" (include "sealkit.pairs" .Values.additionalSecretAnnotations) "")
    (list "audit-interval" .Values.auditInterval "")
    (list "max-unseal-retries" .Values.maxRetries "")
    (list "kubeclient-qps" .Values.kubeClientQPS "")
    (list "kubeclient-burst" .Values.kubeClientBurst "")
    (list "rate-limit" .Values.rateLimit "")
    (list "rate-limit-burst" .Values.rateLimitBurst "")
    (list "metrics-omit-secret-labels" .Values.metrics.omitSecretLabels false)
    (list "listen-addr" (printf ":%v" .Values.containerPorts.http) ":8080")
    (list "listen-metrics-addr" (printf ":%v" .Values.containerPorts.metrics) ":8081")
    (list "read-timeout" .Values.readTimeout "")
    (list "write-timeout" .Values.writeTimeout "")
    (list "log-info-stdout" .Values.logInfoStdout true)
    (list "log-level" .Values.logLevel "")
    (list "log-format" .Values.logFormat "")
-}}
{{- $value := index . 1 | toString -}}
{{- if not (or (kindIs "invalid" (index . 1)) (eq $value "") (eq $value (index . 2 | toString))) }}
- {{ printf "--%s=%s" (index . 0) $value | toRawJson }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Probes: dict "probe" VALUES "custom" VALUES "path" PATH "context" $. Empty where there is none. */}}
{{- define "sealkit.probe" -}}
{{- if .probe.enabled -}}
httpGet:
  path: {{ .path }}
  port: http
{{ omit .probe "enabled" | toYaml }}
{{- else if .custom -}}
{{ include "sealkit.render" (dict "value" .custom "context" .context) }}
{{- end -}}
{{- end -}}

{{/* The rights on SealedSecrets and the Secrets made of them, the same for all namespaces or in one. */}}
{{- define "sealkit.unsealer" -}}
- apiGroups:
  - bitnami.com
  resources:
  - sealedsecrets
  verbs:
  - get
  - list
  - watch
- apiGroups:
  - bitnami.com
  resources:
  - sealedsecrets/status
  verbs:
  - update
- apiGroups:
  - ""
  resources:
  - secrets
  verbs:
  - get
  {{- if not .Values.skipRecreate }}
  - list
  {{- end }}
  - create
  - update
  {{- if .Values.oldGCBehavior }}
  - delete
  {{- end }}
  {{- if not .Values.skipRecreate }}
  - watch
  {{- end }}
- apiGroups:
  - ""
  resources:
  - events
  verbs:
  - create
{{- end -}}

{{/* Port of a Service: dict "service" VALUES "name" NAME. */}}
{{- define "sealkit.servicePort" -}}
- name: {{ .name }}
  port: {{ .service.port }}
  targetPort: {{ .name }}
  protocol: TCP
  {{- if and .service.nodePort (ne .service.type "ClusterIP") }}
  nodePort: {{ .service.nodePort }}
  {{- end }}
{{- end -}}
