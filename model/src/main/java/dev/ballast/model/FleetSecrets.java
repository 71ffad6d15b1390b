package dev.ballast.model;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The clear keys of a fleet, as an LB server uses them. Of keys that change the current one comes first, then those that
 * still count. Immutable.
 *
 * <p>In static mode they come from a file:
 *
 * <pre>
 * hashSeed: 16 bytes in base64
 * cookieKeys: [32 bytes in base64, …]     # the first signs, all verify
 * ticketKeys: [48 bytes in base64, …]     # the first encrypts, all decrypt
 * </pre>
 */
public final class FleetSecrets {
  private static final int KEY_LIMIT = 8;

  private final Secret.Clear hashSeed;
  private final List<Secret.Clear> cookieKeys;
  private final List<Secret.Clear> ticketKeys;

  FleetSecrets(
      Secret.Clear hashSeed, List<Secret.Clear> cookieKeys, List<Secret.Clear> ticketKeys) {
    this.hashSeed = hashSeed;
    this.cookieKeys = List.copyOf(cookieKeys);
    this.ticketKeys = List.copyOf(ticketKeys);
  }

  /** Keys that only this process knows: cookies and sessions end with it. */
  public static FleetSecrets random(SecureRandom random) {
    return new FleetSecrets(
        drawn(random, FleetKeys.HASH_SEED_BYTES),
        List.of(drawn(random, FleetKeys.COOKIE_KEY_BYTES)),
        List.of(drawn(random, FleetKeys.TICKET_KEY_BYTES)));
  }

  private static Secret.Clear drawn(SecureRandom random, int bytes) {
    var drawn = new byte[bytes];
    random.nextBytes(drawn);
    return new Secret.Clear(drawn);
  }

  /**
   * Reads a file of keys, in YAML.
   *
   * @throws InvalidInput when it is none; no message repeats a key
   */
  public static FleetSecrets parse(String yaml) {
    var trees = Tree.parseAll(yaml, false);
    if (trees.size() != 1) {
      throw Tree.unreadable(0, "one document with hashSeed, cookieKeys and ticketKeys is expected");
    }
    var findings = new Findings();
    var fields = Fields.of(trees.getFirst(), "", findings);
    Secret.Clear seed =
        fields.required(
            "hashSeed",
            text -> key(text, FleetKeys.HASH_SEED_BYTES),
            new Secret.Clear(new byte[0]));
    var secrets =
        new FleetSecrets(
            seed,
            keys(fields, "cookieKeys", FleetKeys.COOKIE_KEY_BYTES),
            keys(fields, "ticketKeys", FleetKeys.TICKET_KEY_BYTES));
    fields.finish();
    findings.throwIfAny();
    return secrets;
  }

  private static List<Secret.Clear> keys(Fields fields, String name, int bytes) {
    var keys = new ArrayList<Secret.Clear>();
    fields.texts(
        name,
        KEY_LIMIT,
        text -> {
          keys.add(key(text, bytes));
          return "";
        });
    if (fields.list(name, KEY_LIMIT).isEmpty()) {
      fields.problem(name, "is required: a list of keys, the current one first");
    }
    return keys;
  }

  private static Secret.Clear key(String base64, int bytes) {
    byte[] key;
    try {
      key = Base64.getDecoder().decode(base64.strip());
    } catch (IllegalArgumentException _) {
      key = new byte[0];
    }
    if (key.length != bytes) {
      throw new IllegalArgumentException(
          "must be " + bytes + " bytes in base64 (openssl rand -base64 " + bytes + ")");
    }
    return new Secret.Clear(key);
  }

  /** {@value FleetKeys#HASH_SEED_BYTES} bytes. */
  public byte[] hashSeed() {
    return hashSeed.bytes();
  }

  /** The seed as one number, half as long: what nobody outside can guess all the same. */
  public long hashSeedNumber() {
    var bytes = ByteBuffer.wrap(hashSeed.bytes());
    long upper = bytes.getLong();
    return upper ^ bytes.getLong();
  }

  /** {@value FleetKeys#COOKIE_KEY_BYTES} bytes each; the first signs, all verify. */
  public List<byte[]> cookieKeys() {
    return cookieKeys.stream().map(Secret.Clear::bytes).toList();
  }

  /** {@value FleetKeys#TICKET_KEY_BYTES} bytes each (name, HMAC key, AES key); the first encrypts, all decrypt. */
  public List<byte[]> ticketKeys() {
    return ticketKeys.stream().map(Secret.Clear::bytes).toList();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FleetSecrets secrets
        && hashSeed.equals(secrets.hashSeed)
        && cookieKeys.equals(secrets.cookieKeys)
        && ticketKeys.equals(secrets.ticketKeys);
  }

  @Override
  public int hashCode() {
    return hashSeed.hashCode();
  }

  @Override
  public String toString() {
    return "fleet keys, "
        + cookieKeys.size()
        + " for cookies, "
        + ticketKeys.size()
        + " for tickets";
  }
}
