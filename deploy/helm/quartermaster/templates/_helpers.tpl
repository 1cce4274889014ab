{{- define "quartermaster.labels" -}}
app.kubernetes.io/name: quartermaster
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "quartermaster.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "quartermaster.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "quartermaster.addresses" -}}
- name: QUARTERMASTER_STORE
  valueFrom:
    secretKeyRef: {name: {{ .Values.secret.name | quote }}, key: {{ .Values.secret.storeKey | quote }}}
- name: QUARTERMASTER_REDIS
  valueFrom:
    secretKeyRef: {name: {{ .Values.secret.name | quote }}, key: {{ .Values.secret.redisKey | quote }}}
- name: QUARTERMASTER_ENCRYPTION_KEY
  valueFrom:
    secretKeyRef: {name: {{ .Values.secret.name | quote }}, key: {{ .Values.secret.encryptionKey | quote }}, optional: true}
{{- end -}}

{{- /* Migrating is the owner's: it makes tables, guards them, and grants the service's role what it needs. */ -}}
{{- define "quartermaster.owner" -}}
- name: QUARTERMASTER_STORE
  valueFrom:
    secretKeyRef: {name: {{ .Values.secret.name | quote }}, key: {{ .Values.secret.ownerStoreKey | quote }}}
- name: QUARTERMASTER_REDIS
  valueFrom:
    secretKeyRef: {name: {{ .Values.secret.name | quote }}, key: {{ .Values.secret.redisKey | quote }}}
- name: QUARTERMASTER_APP_ROLE
  value: {{ .Values.migrate.appRole | quote }}
{{- end -}}

{{- define "quartermaster.image" -}}
{{ printf "%s:%s" .Values.image.repository .Values.image.tag | quote }}
{{- end -}}

{{- /* The requests of an API process drain first and its runner after them, so that both times are allowed for. */ -}}
{{- define "quartermaster.graceSec" -}}
{{ add .Values.preStopSec (mul 2 .Values.config.drainSec) 5 }}
{{- end -}}
