package dev.ballast.model;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Certificates in PEM: a server's or a client's with those that vouch for it, leaf first, or authorities to trust. Immutable;
 * equal when the certificates are. They are parsed when somebody asks for them: a list of thousands costs little.
 */
public final class CertificateChain {
  public static final int CERTIFICATE_LIMIT = 500;
  public static final int PEM_LIMIT = 1 << 19;
  private static final String LABEL = "CERTIFICATE";
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  private final String pem;
  private @Nullable List<X509Certificate> parsed;

  /**
   * @param text at most {@value #PEM_LIMIT} characters; what stands around the blocks is left out
   * @throws IllegalArgumentException when it is no PEM of certificates
   */
  public CertificateChain(String text) {
    if (text.length() > PEM_LIMIT) {
      throw new IllegalArgumentException(
          "has " + text.length() + " characters; the limit is " + PEM_LIMIT);
    }
    List<Pem> blocks = Pem.blocks(text);
    if (blocks.isEmpty()) {
      throw new IllegalArgumentException(
          "a certificate in PEM is expected (-----BEGIN CERTIFICATE-----)");
    }
    if (blocks.size() > CERTIFICATE_LIMIT) {
      throw new IllegalArgumentException(
          "holds " + blocks.size() + " certificates; the limit is " + CERTIFICATE_LIMIT);
    }
    var normal = new StringBuilder(text.length());
    for (Pem block : blocks) {
      if (block.label().endsWith("PRIVATE KEY")) {
        throw new IllegalArgumentException("holds a private key: write that under \"key\"");
      }
      if (!block.label().equals(LABEL)) {
        throw new IllegalArgumentException("holds a " + block.label() + ", not only certificates");
      }
      normal.append(block.text());
    }
    this.pem = normal.toString();
  }

  public String pem() {
    return pem;
  }

  /**
   * The certificates, leaf first.
   *
   * @throws IllegalArgumentException when one can't be parsed
   */
  public List<X509Certificate> certificates() {
    // A race parses twice and keeps either: both are immutable and equal.
    List<X509Certificate> known = parsed;
    if (known == null) {
      known = parse();
      parsed = known;
    }
    return known;
  }

  private List<X509Certificate> parse() {
    var certificates = new ArrayList<X509Certificate>();
    for (Pem block : Pem.blocks(pem)) {
      try {
        certificates.add(
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block.der())));
      } catch (CertificateException _) {
        throw new IllegalArgumentException(
            "certificate " + (certificates.size() + 1) + " is not an X.509 certificate");
      }
    }
    return List.copyOf(certificates);
  }

  public X509Certificate leaf() {
    return certificates().getFirst();
  }

  /** The first end of any certificate in it. */
  public Instant notAfter() {
    return certificates().stream()
        .map(certificate -> certificate.getNotAfter().toInstant())
        .min(Instant::compareTo)
        .orElseThrow();
  }

  /** The names that the leaf is for: DNS names (perhaps {@code *.example.test}) in lower case, and addresses. */
  public List<String> hosts() {
    try {
      var names = leaf().getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream()
              .filter(name -> name.get(0).equals(DNS_NAME) || name.get(0).equals(IP_ADDRESS))
              .map(name -> String.valueOf(name.get(1)).toLowerCase(Locale.ROOT))
              .toList();
    } catch (CertificateParsingException _) {
      return List.of();
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CertificateChain chain && pem.equals(chain.pem);
  }

  @Override
  public int hashCode() {
    return pem.hashCode();
  }

  @Override
  public String toString() {
    return "certificates in " + pem.length() + " characters of PEM";
  }
}
