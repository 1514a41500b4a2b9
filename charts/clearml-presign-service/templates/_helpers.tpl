{{/* Names and labels. */}}

{{- define "presign.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "presign.fullname" -}}
{{- $name := include "presign.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* A name with something behind it: (list . "admin"). */}}
{{- define "presign.referenceName" -}}
{{- $suffix := index . 1 }}
{{- $room := sub 62 (len $suffix) | int }}
{{- printf "%s-%s" (include "presign.fullname" (index . 0) | trunc $room | trimSuffix "-") $suffix }}
{{- end }}

{{- define "presign.selectorLabels" -}}
app.kubernetes.io/name: {{ include "presign.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "presign.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "presign.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: clearml
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* The labels of the pod that `helm test` runs. */}}
{{- define "presign.testLabels" -}}
app.kubernetes.io/name: {{ include "presign.name" . }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "presign.serviceAccountName" -}}
{{- default (include "presign.fullname" .) .Values.serviceAccountName }}
{{- end }}

{{- define "presign.image" -}}
{{- $registry := default .Values.image.registry .Values.global.imageRegistry }}
{{- if $registry }}{{ trimSuffix "/" $registry }}/{{ end }}
{{- .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end }}

{{/* The pull secret's name, or nothing. */}}
{{- define "presign.pullSecret" -}}
{{- if .Values.imageCredentials.existingSecret }}
{{- .Values.imageCredentials.existingSecret }}
{{- else if .Values.imageCredentials.enabled }}
{{- include "presign.referenceName" (list . "registry") }}
{{- end }}
{{- end }}

{{/* The secret with the gateway's ClearML key, or nothing. */}}
{{- define "presign.clearmlSecret" -}}
{{- if .Values.clearml.existingSecret }}
{{- .Values.clearml.existingSecret }}
{{- else if .Values.clearml.apiKey }}
{{- include "presign.referenceName" (list . "clearml") }}
{{- end }}
{{- end }}

{{/* Whether there are certificates of other authorities: "true", or nothing. */}}
{{- define "presign.certificates" -}}
{{- if or .Values.customCertificates.overrideCaCertificatesCrt .Values.customCertificates.extraCerts }}true{{ end }}
{{- end }}
