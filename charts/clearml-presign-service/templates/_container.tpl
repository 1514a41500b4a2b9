{{/* The gateway's container. */}}

{{- define "presign.container" -}}
name: gateway
image: {{ include "presign.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args: [serve, --log-format, {{ .Values.logFormat }}]
{{- with .Values.containerSecurityContext }}
securityContext: {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  - {name: public, containerPort: 8080}
  - {name: admin, containerPort: 9090}
env:
  {{- include "presign.env" . | nindent 2 }}
{{- with .Values.extraEnvsFrom }}
envFrom: {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  # The whole folder: single files would not follow when the config map changes.
  - {name: config, mountPath: /etc/presign-gateway, readOnly: true}
  {{- if .Values.tls.secretName }}
  - {name: tls, mountPath: /etc/presign-gateway-tls, readOnly: true}
  {{- end }}
  {{- if include "presign.certificates" . }}
  - {name: certificates, mountPath: /etc/presign-gateway-certificates, readOnly: true}
  {{- end }}
  {{- with .Values.additionalVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
startupProbe:
  httpGet: {path: /livez, port: admin}
  {{- toYaml .Values.startupProbe | nindent 2 }}
livenessProbe:
  httpGet: {path: /livez, port: admin}
  {{- toYaml .Values.livenessProbe | nindent 2 }}
readinessProbe:
  httpGet: {path: /readyz, port: admin}
  {{- toYaml .Values.readinessProbe | nindent 2 }}
{{- with .Values.resources }}
resources: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "presign.env" -}}
- name: PRESIGN_CONFIG
  value: /etc/presign-gateway/presign-gateway.yaml
- name: RUST_LOG
  value: {{ .Values.logLevel | quote }}
{{- with include "presign.clearmlSecret" . }}
- name: CLEARML_API_ACCESS_KEY
  valueFrom:
    secretKeyRef: {name: {{ . }}, key: {{ $.Values.clearml.existingSecretKeys.apiKey }}}
- name: CLEARML_API_SECRET_KEY
  valueFrom:
    secretKeyRef: {name: {{ . }}, key: {{ $.Values.clearml.existingSecretKeys.apiSecret }}}
{{- end }}
{{- if include "presign.certificates" . }}
# With one of the two set, nothing else is looked at.
- name: SSL_CERT_FILE
  value: {{ ternary "/etc/presign-gateway-certificates/ca-certificates.crt" "/etc/ssl/certs/ca-certificates.crt" (not (empty .Values.customCertificates.overrideCaCertificatesCrt)) }}
- name: SSL_CERT_DIR
  value: /etc/presign-gateway-certificates
{{- end }}
{{- with .Values.extraEnvs }}
{{ toYaml . }}
{{- end }}
{{- end }}
