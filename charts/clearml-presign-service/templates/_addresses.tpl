{{/* How the gateway is reached. */}}

{{/* The path below which everything is served: empty, or starting with "/". */}}
{{- define "presign.basePath" -}}
{{- if .Values.ingress.enabled }}
{{- trimSuffix "/" .Values.ingress.path }}
{{- end }}
{{- end }}

{{- define "presign.clusterUrl" -}}
{{- $scheme := ternary "https" "http" (not (empty .Values.tls.secretName)) }}
{{- printf "%s://%s.%s.svc:%d%s" $scheme (include "presign.fullname" .) .Release.Namespace (int .Values.service.port) (include "presign.basePath" .) }}
{{- end }}

{{/* As clients know it: nothing, when it is inside the cluster only. */}}
{{- define "presign.publicUrl" -}}
{{- if .Values.publicUrl }}
{{- trimSuffix "/" .Values.publicUrl }}
{{- else if .Values.ingress.enabled }}
{{- $scheme := ternary "https" "http" (not (empty .Values.ingress.tlsSecretName)) }}
{{- printf "%s://%s%s" $scheme .Values.ingress.hostName (include "presign.basePath" .) }}
{{- end }}
{{- end }}

{{/* The WebApp's origin as browsers know it; on the same host it is the gateway's. */}}
{{- define "presign.webServerUrl" -}}
{{- if .Values.clearml.webServerUrlReference }}
{{- trimSuffix "/" .Values.clearml.webServerUrlReference }}
{{- else if and (include "presign.publicUrl" .) (include "presign.basePath" .) }}
{{- trimSuffix (include "presign.basePath" .) (include "presign.publicUrl" .) }}
{{- end }}
{{- end }}
