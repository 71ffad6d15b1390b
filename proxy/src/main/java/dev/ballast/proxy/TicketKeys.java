package dev.ballast.proxy;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What session tickets (RFC 5077; RFC 8446, section 4.6.1) are sealed with: the secrets of the fleet, so that a session begun
 * at one of its LB servers is taken up by any other.
 *
 * <p>The keys are derived for each {@code scope}: a ticket is worth nothing where clients are checked otherwise, so no session
 * begun without a client certificate is taken up where one is asked for.
 *
 * @param secrets at least one, of 32 bytes or more: the first seals, all open
 */
record TicketKeys(List<Secret> secrets) {
  private static final int RANDOM_BYTES = 48;
  private static final String ALGORITHM = "HmacSHA256";

  TicketKeys {
    secrets = List.copyOf(secrets);
    if (secrets.isEmpty()) {
      throw new IllegalArgumentException("session tickets need a secret");
    }
  }

  /** Keys of this process alone. */
  static TicketKeys random(SecureRandom random) {
    byte[] secret = new byte[RANDOM_BYTES];
    random.nextBytes(secret);
    return new TicketKeys(List.of(new Secret(secret)));
  }

  /** Those for one scope, in the library's form. */
  OpenSslSessionTicketKey[] of(String scope) {
    return secrets.stream()
        .map(secret -> secret.key(scope))
        .toArray(OpenSslSessionTicketKey[]::new);
  }

  /** Bytes from which the keys of tickets are derived. */
  static final class Secret {
    private final byte[] bytes;

    Secret(byte[] bytes) {
      this.bytes = bytes.clone();
    }

    private OpenSslSessionTicketKey key(String scope) {
      return new OpenSslSessionTicketKey(
          derive("ticket name " + scope, OpenSslSessionTicketKey.NAME_SIZE),
          derive("ticket authentication " + scope, OpenSslSessionTicketKey.HMAC_KEY_SIZE),
          derive("ticket encryption " + scope, OpenSslSessionTicketKey.AES_KEY_SIZE));
    }

    private byte[] derive(String use, int length) {
      try {
        Mac mac = Mac.getInstance(ALGORITHM);
        mac.init(new SecretKeySpec(bytes, ALGORITHM));
        return Arrays.copyOf(mac.doFinal(use.getBytes(StandardCharsets.UTF_8)), length);
      } catch (GeneralSecurityException e) {
        throw new AssertionError("every Java platform has " + ALGORITHM, e);
      }
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Secret secret && Arrays.equals(bytes, secret.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
      return "secret";
    }
  }
}
