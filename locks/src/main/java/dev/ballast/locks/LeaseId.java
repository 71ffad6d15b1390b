package dev.ballast.locks;

import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Who holds: the random name of one lease, never used again. Two programs that call themselves the same owner still have
 * different leases, so neither can release what the other holds.
 *
 * @param value {@code CLIENT-LEASE}, two numbers of 16 hexadecimal digits: the first tells whom an engine wakes
 */
public record LeaseId(String value) {
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{16}-[0-9a-f]{16}");

  public LeaseId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "no lease: '" + value + "'; want two numbers of 16 hexadecimal digits, joined by '-'");
    }
  }

  /** A new lease of a client. */
  static LeaseId of(long client, RandomGenerator random) {
    return new LeaseId(String.format("%016x-%016x", client, random.nextLong()));
  }

  /** The client that opened the lease, 16 hexadecimal digits. */
  public String client() {
    return value.substring(0, 16);
  }

  @Override
  public String toString() {
    return value;
  }
}
