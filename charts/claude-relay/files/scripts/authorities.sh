# Writes the certificates of all private certificate authorities into one file, which Node.js reads.
set -eu
for certificate in "${AUTHORITIES:-/etc/claude-relay/authorities}"/*.crt; do
  cat "$certificate"
  # A file may end without a line break.
  echo
done > "${BUNDLE:-/etc/claude-relay/bundle/ca.crt}"
