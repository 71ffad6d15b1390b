package dev.ballast.model;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The keys that the LB servers of a fleet share, sealed: so each takes the sessions, cookies and hashes of the others for its
 * own. Made by the controller, one for each fleet.
 *
 * @param name of the fleet
 * @param hashSeed {@value #HASH_SEED_BYTES} bytes that hashing starts from; never changes by itself, as it says who goes where
 * @param cookieKeys {@value #COOKIE_KEY_BYTES} bytes that sign cookies (HMAC-SHA256); change every 30 days
 * @param ticketKeys {@value #TICKET_KEY_BYTES} bytes for TLS session tickets (name, HMAC key and AES key, 16 each); change every
 *     12 hours
 */
public record FleetKeys(
    String name, Secret.Sealed hashSeed, Rotating cookieKeys, Rotating ticketKeys)
    implements Resource {
  public static final int HASH_SEED_BYTES = 16;
  public static final int COOKIE_KEY_BYTES = 32;
  public static final int TICKET_KEY_BYTES = 48;
  public static final Duration COOKIE_KEY_PERIOD = Duration.ofDays(30);
  public static final Duration TICKET_KEY_PERIOD = Duration.ofHours(12);

  static final String HASH_SEED = "hash-seed";
  static final String COOKIE_KEY = "cookie-key";
  static final String TICKET_KEY = "ticket-key";

  public FleetKeys {
    Names.requireName(name);
  }

  /**
   * A key that changes from time to time: the one before still opens what it has closed.
   *
   * @param since when {@code current} was made
   */
  public record Rotating(Secret.Sealed current, Optional<Secret.Sealed> previous, Instant since) {
    boolean isDue(Duration period, Instant now) {
      return !now.isBefore(since.plus(period));
    }

    private Rotating rotated(Secret.Sealed next, Instant now) {
      return new Rotating(next, Optional.of(current), now);
    }
  }

  @Override
  public Kind kind() {
    return Kind.FLEET_KEYS;
  }

  /** The first keys of a fleet. */
  public static FleetKeys make(String fleet, Sealer sealer, Instant now) {
    var owner = new ItemKey(Kind.FLEET_KEYS, fleet);
    return new FleetKeys(
        fleet,
        sealer.sealRandom(owner, HASH_SEED, HASH_SEED_BYTES),
        new Rotating(sealer.sealRandom(owner, COOKIE_KEY, COOKIE_KEY_BYTES), Optional.empty(), now),
        new Rotating(
            sealer.sealRandom(owner, TICKET_KEY, TICKET_KEY_BYTES), Optional.empty(), now));
  }

  /** The same with new keys in place of those whose period has passed; equal when none has. */
  public FleetKeys rotated(Sealer sealer, Instant now) {
    return new FleetKeys(
        name,
        hashSeed,
        cookieKeys.isDue(COOKIE_KEY_PERIOD, now)
            ? cookieKeys.rotated(sealer.sealRandom(key(), COOKIE_KEY, COOKIE_KEY_BYTES), now)
            : cookieKeys,
        ticketKeys.isDue(TICKET_KEY_PERIOD, now)
            ? ticketKeys.rotated(sealer.sealRandom(key(), TICKET_KEY, TICKET_KEY_BYTES), now)
            : ticketKeys);
  }
}
