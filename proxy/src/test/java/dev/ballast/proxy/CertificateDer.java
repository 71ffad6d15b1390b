package dev.ballast.proxy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/** Writes X.509 certificates (RFC 5280), signed with ECDSA. */
final class CertificateDer {
  private static final byte[] ECDSA_WITH_SHA256 =
      HexFormat.of().parseHex("300a06082a8648ce3d040302");
  private static final byte[] VERSION_3 = HexFormat.of().parseHex("a003020102");
  private static final byte[] SUBJECT_ALTERNATIVE_NAME = HexFormat.of().parseHex("0603551d11");
  private static final byte[] IS_AUTHORITY =
      HexFormat.of().parseHex("300f0603551d130101ff040530030101ff");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final int SEQUENCE = 0x30;

  private CertificateDer() {}

  /** @param hosts DNS names or addresses; none makes an authority */
  static X509Certificate sign(
      String issuer,
      PrivateKey issuerKey,
      String subject,
      PublicKey key,
      Instant notAfter,
      List<String> hosts)
      throws Exception {
    byte[] extension = hosts.isEmpty() ? IS_AUTHORITY : alternativeNames(hosts);
    byte[] body =
        value(
            SEQUENCE,
            VERSION_3,
            value(0x02, new BigInteger(64, new SecureRandom()).add(BigInteger.ONE).toByteArray()),
            ECDSA_WITH_SHA256,
            new X500Principal(issuer).getEncoded(),
            value(SEQUENCE, time(notAfter.minusSeconds(86_400 * 365L)), time(notAfter)),
            new X500Principal(subject).getEncoded(),
            key.getEncoded(),
            value(0xa3, value(SEQUENCE, extension)));
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(issuerKey);
    signature.update(body);
    byte[] whole =
        value(SEQUENCE, body, ECDSA_WITH_SHA256, value(0x03, new byte[1], signature.sign()));
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(whole));
  }

  private static byte[] time(Instant instant) {
    return value(0x18, TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] alternativeNames(List<String> hosts) {
    byte[][] names =
        hosts.stream()
            .map(
                host ->
                    Character.isDigit(host.charAt(host.length() - 1))
                        ? value(0x87, InetAddress.ofLiteral(host).getAddress())
                        : value(0x82, host.getBytes(StandardCharsets.US_ASCII)))
            .toArray(byte[][]::new);
    return value(SEQUENCE, SUBJECT_ALTERNATIVE_NAME, value(0x04, value(SEQUENCE, names)));
  }

  private static byte[] value(int tag, byte[]... parts) {
    var content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    var out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.size();
    if (length >= 0x100) {
      out.writeBytes(new byte[] {(byte) 0x82, (byte) (length >> 8), (byte) length});
    } else if (length >= 0x80) {
      out.writeBytes(new byte[] {(byte) 0x81, (byte) length});
    } else {
      out.write(length);
    }
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }
}
