import { webcrypto } from 'node:crypto';
import { provideMetadata } from './metadata.js';

/** A certificate for one run and its key, both as PEM. */
export interface OneRunCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** go-plugin's own are valid for thirty years; a run is shorter. */
const VALID_DAYS = 365;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Makes a self-signed certificate that plugin and host use for one run. */
export async function makeCertificate(): Promise<OneRunCertificate> {
  provideMetadata();
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  x509.cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const { ExtendedKeyUsage, KeyUsageFlags } = x509;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // The first byte keeps the number positive.
    serialNumber: `4f${Buffer.from(webcrypto.getRandomValues(new Uint8Array(15))).toString('hex')}`,
    name: 'CN=localhost, O=HashiCorp',
    // Clocks of two machines differ, and those of virtual ones jump.
    notBefore: new Date(Date.now() - 30_000),
    notAfter: new Date(Date.now() + VALID_DAYS * DAY_MS),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        KeyUsageFlags.digitalSignature |
          KeyUsageFlags.keyEncipherment |
          KeyUsageFlags.keyAgreement |
          KeyUsageFlags.keyCertSign,
        true,
      ),
      new x509.ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth, ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }]),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return { certificate: certificate.toString('pem'), key: pem('PRIVATE KEY', key) };
}

/** The certificate of a handshake as PEM: base64 of DER, there without the padding that PEM has to have. */
export function certificateOf(field: string): string {
  const bare = field.replace(/=+$/, '');
  return pem('CERTIFICATE', bare.padEnd(Math.ceil(bare.length / 4) * 4, '='));
}

function pem(label: string, base64: string): string {
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
