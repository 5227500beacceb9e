#!/usr/bin/env bash
# Hands a package of `make package` to a Flex Consumption app, and waits until it runs.
# Needs az, signed in (`az login`, or the AzureCLI task of a pipeline), and curl.
#
#   infra/publish.sh RESOURCE_GROUP APP [PACKAGE]
#
# Not `az functionapp deployment source config-zip`: for Python on Flex Consumption it
# asks for a remote build whatever --build-remote says (azure-cli, appservice/custom.py,
# enable_zip_deploy_flex), and then the packages are not those that were tested.
set -euo pipefail

if [ $# -lt 2 ]; then
  sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
readonly group=$1 app=$2 package=${3:-.package/app.zip}
readonly every=${PUBLISH_SECONDS:-5} # between two looks at the deployment
readonly looks=120 tries=10

say() { printf 'publish: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

[ -f "$package" ] || die "there is no $package; \`make package\` builds it"

# One Deploy (documented: functions-deployment-technologies.md) answers on the app's scm
# host and takes Azure Resource Manager's tokens. The token goes to curl on its standard
# input, not on the command line, which every process of the machine can read.
host=$(az functionapp show --resource-group "$group" --name "$app" \
  --query "hostNameSslStates[?hostType=='Repository'].name | [0]" --output tsv)
[ -n "$host" ] || die "$app has no scm host"

call() {
  local token
  token=$(az account get-access-token --resource https://management.azure.com/ \
    --query accessToken --output tsv)
  curl --silent --show-error --config - "$@" \
    <<<"header = \"Authorization: Bearer $token\""
}

# The answer's body, and its status code on a line of its own.
upload() {
  call --request POST --header 'Content-Type: application/zip' \
    --data-binary "@$package" --write-out '\n%{http_code}' \
    "https://$host/api/publish?RemoteBuild=false&Deployer=databricks-workspace-backup"
}

for ((try = 1; ; try++)); do
  answer=$(upload)
  code=${answer##*$'\n'}
  if [ "$code" = 202 ]; then break; fi
  # Right after the first deployment the identity's role on the storage account may not
  # have reached the storage service yet (reported: BlobUploadFailedException).
  case $code:$answer in
  400:*BlobUploadFailed* | 403:* | 409:* | 5*) ;;
  *) die "$app refused the package with status $code: ${answer%$'\n'*}" ;;
  esac
  [ "$try" -lt "$tries" ] || die "$app still answers $code: ${answer%$'\n'*}"
  say "$app answers $code; trying again"
  sleep "$((every * 6))"
done

# The status is in the body; the status code is 200 for failed deployments, too.
for ((look = 1; look <= looks; look++)); do
  body=$(call "https://$host/api/deployments/latest")
  status=$(grep -o '"status": *-\{0,1\}[0-9]\{1,\}' <<<"$body" | head -n 1 |
    grep -o -e '-\{0,1\}[0-9]\{1,\}$' || true)
  case $status in
  4)
    say "$app runs $package"
    exit 0
    ;;
  0 | 1 | 2 | '') sleep "$every" ;;
  *) die "the deployment ended with status $status: $body" ;;
  esac
done
die "the deployment did not end in time; see https://$host/api/deployments/latest"
