{{/* What the apiserver tells the WebApp: (list . URL). The stores' schemes are those of the backends. */}}

{{- define "presign.announcement" -}}
{{- $schemes := dict }}
{{- range (default (include "presign.defaultBackends" (index . 0) | fromYaml) (index . 0).Values.backends) }}
{{- $_ := set $schemes (get (dict "gcs" "gs" "azure" "azure") .type | default "s3") true }}
{{- end }}
{{- $sets := list }}
{{- range keys $schemes | sortAlpha }}
{{- $sets = append $sets (dict "rules" (list (dict "field" "" "obj_type" "" "regex" (printf "^%s://" .)))) }}
{{- end }}
{{- list (dict "type" "presign" "url" (index . 1) "use_fallback" "false" "match_sets" $sets) | toJson }}
{{- end }}
