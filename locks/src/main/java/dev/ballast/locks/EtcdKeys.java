package dev.ballast.locks;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The keys of locks in etcd. A name stands as it is and ends with a zero byte, which no name has: so the keys of one name are
 * one range, and so are those of all names with a prefix.
 *
 * <pre>
 * PREFIX L/ LEASE               the lease, attached to itself; value: owner
 * PREFIX N/ NAME 00 LEASE       a claim; value: mode, newline, note. Its create_revision is its place and token
 * PREFIX W/ LEASE               deleted to wake the lease
 * </pre>
 *
 * @param prefix in UTF-8
 */
@SuppressWarnings("ArrayRecordComponent") // Bytes to be sent, never compared.
record EtcdKeys(byte[] prefix) {
  private static final int LEASE_LENGTH = 33;

  static EtcdKeys of(String prefix) {
    return new EtcdKeys(prefix.getBytes(StandardCharsets.UTF_8));
  }

  byte[] lease(LeaseId lease) {
    return key("L/" + lease);
  }

  byte[] wake(LeaseId lease) {
    return key("W/" + lease);
  }

  byte[] claim(String name, LeaseId lease) {
    return key("N/" + name + "\0" + lease);
  }

  byte[] firstClaim(String name) {
    return key("N/" + name + "\0");
  }

  byte[] afterClaims(String name) {
    return key("N/" + name + "\u0001");
  }

  byte[] firstName(String namePrefix) {
    return key("N/" + namePrefix);
  }

  /** 0xFF is in no UTF-8, so it comes after all names with this prefix. */
  byte[] afterNames(String namePrefix) {
    var key = key("N/" + namePrefix);
    var after = Arrays.copyOf(key, key.length + 1);
    after[key.length] = (byte) 0xFF;
    return after;
  }

  /** The first of all keys, and the first after all keys. */
  byte[] first() {
    return key("L/");
  }

  byte[] afterAll() {
    return key("W0");
  }

  /**
   * What a key is of.
   *
   * @param name null for the lease itself, and for a wake
   */
  record Parsed(@Nullable String name, LeaseId lease) {}

  /** What a key with the prefix is of; null for one that is none of ours. */
  @Nullable Parsed parse(byte[] key) {
    int start = prefix.length + 2;
    if (key.length < start + LEASE_LENGTH) {
      return null;
    }
    String lease = new String(key, key.length - LEASE_LENGTH, LEASE_LENGTH, StandardCharsets.UTF_8);
    try {
      var id = new LeaseId(lease);
      int end = key.length - LEASE_LENGTH - 1;
      return key[prefix.length] == 'N' && end > start
          ? new Parsed(new String(key, start, end - start, StandardCharsets.UTF_8), id)
          : new Parsed(null, id);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private byte[] key(String rest) {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(prefix);
    bytes.writeBytes(rest.getBytes(StandardCharsets.UTF_8));
    return bytes.toByteArray();
  }

  /** etcd's own number of a lease: the second half of its id, without the sign, and never 0, which asks etcd to choose. */
  static long number(LeaseId lease) {
    long number = Long.parseUnsignedLong(lease.value().substring(17), 16) & Long.MAX_VALUE;
    return number == 0 ? 1 : number;
  }
}
