// How the programs in a sandbox come to trust the gateway's CA, and only it: variables, and files in the usual places.

/** Where the CA always is; the other places are covered where the image has them. */
export const authorityFile = '/etc/ssl/certs/ca-certificates.crt';

/** Debian, Alpine and distroless; Red Hat and Amazon; SUSE; Alpine's and BSD's OpenSSL. wget and GnuTLS read nothing but these. */
export const bundleFiles: readonly string[] = [
  authorityFile,
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * For clients that carry their own roots. The CA alone is trusted: every connection ends at the proxy, so that no other
 * certificate should ever be seen. The order's own variables come after these and win.
 */
export const trustVariables: Readonly<Record<string, string>> = {
  SSL_CERT_FILE: authorityFile,
  CURL_CA_BUNDLE: authorityFile,
  REQUESTS_CA_BUNDLE: authorityFile,
  NODE_EXTRA_CA_CERTS: authorityFile,
  GIT_SSL_CAINFO: authorityFile,
  PIP_CERT: authorityFile,
  AWS_CA_BUNDLE: authorityFile,
  GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: authorityFile,
  CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE: authorityFile,
  DENO_TLS_CA_STORE: 'system',
  NODE_USE_SYSTEM_CA: '1',
};
