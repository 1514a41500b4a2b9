{{/* The gateway's configuration, from the values. */}}

{{- define "presign.server" -}}
listen: 0.0.0.0:8080
admin_listen: 0.0.0.0:9090
{{- with include "presign.basePath" . }}
base_path: {{ . }}
{{- end }}
{{- with include "presign.publicUrl" . }}
public_url: {{ . }}
{{- end }}
{{- with include "presign.webServerUrl" . }}
cors_origins: [{{ regexFind "^https?://[^/]+" . | lower }}]
login_url: {{ . }}/login
{{- end }}
{{- if .Values.tls.secretName }}
tls:
  cert: /etc/presign-gateway-tls/tls.crt
  key: /etc/presign-gateway-tls/tls.key
{{- end }}
limits:
  drain_delay: {{ int .Values.drainDelaySeconds }}s
{{- end }}

{{- define "presign.clearml" -}}
api_server: {{ trimSuffix "/" .Values.clearml.apiServerUrlReference }}
validation: {{ .Values.clearml.validation }}
{{- with .Values.clearml.authCookieName }}
cookie_names: [{{ . | quote }}]
{{- end }}
{{- if include "presign.clearmlSecret" . }}
access_key: {env: CLEARML_API_ACCESS_KEY}
secret_key: {env: CLEARML_API_SECRET_KEY}
{{- end }}
{{- end }}

{{- define "presign.defaultBackends" -}}
s3:
  type: s3
  region: {{ .Values.defaultRegion }}
  credentials: {{- toYaml .Values.defaultCredentials | nindent 4 }}
{{- end }}

{{- define "presign.config" -}}
{{- $backends := .Values.backends }}
{{- $rules := .Values.rules }}
{{- if and $backends (not $rules) }}
{{- fail "\n\nrules: give some, since you give backends: what no rule matches is refused" }}
{{- end }}
{{- if not $backends }}
{{- $backends = include "presign.defaultBackends" . | fromYaml }}
{{- end }}
{{- if not $rules }}
{{- $rules = list (dict "name" "s3" "match" (dict "glob" "s3://**") "backend" "s3") }}
{{- end }}
{{- $auth := dict "provider" "clearml" "clearml" (include "presign.clearml" . | fromYaml) }}
{{- $derived := dict "server" (include "presign.server" . | fromYaml) "auth" $auth "backends" $backends "rules" $rules }}
{{- mustMergeOverwrite (deepCopy $derived) (deepCopy .Values.config) | toYaml }}
{{- end }}
