package dev.ballast.model;

import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of one snapshot, opened: what an LB server shows, trusts and signs with. Each fails for itself, with a reason.
 * Immutable; the next one shares what did not change, by identity.
 */
public final class Keyring {
  /** How a fleet's keys came out. */
  public sealed interface OpenedFleetKeys {
    record Usable(FleetSecrets secrets) implements OpenedFleetKeys {}

    /**
     * They can't be used.
     *
     * @param reason a sentence that says what to do
     */
    record Failed(String reason) implements OpenedFleetKeys {}
  }

  private final Optional<DataKey> dataKey;
  private final Map<String, OpenedCertificate> certificates = new HashMap<>();
  private Optional<OpenedFleetKeys> fleetKeys = Optional.empty();
  private @Nullable FleetKeys fleetKeysSource;

  private Keyring(Optional<DataKey> dataKey) {
    this.dataKey = dataKey;
  }

  /**
   * Opens the secrets of a snapshot. Clear keys (of static mode) need no data key.
   *
   * @param snapshot of one fleet's view, or of a static file
   */
  public static Keyring open(Snapshot snapshot, Optional<DataKey> dataKey) {
    return new Keyring(dataKey).next(snapshot);
  }

  /** With the secrets of no snapshot yet. */
  public static Keyring empty(Optional<DataKey> dataKey) {
    return new Keyring(dataKey);
  }

  /** The secrets of another snapshot, under the same data key. */
  public Keyring next(Snapshot snapshot) {
    var next = new Keyring(dataKey);
    snapshot
        .certificates()
        .forEach(certificate -> next.certificates.put(certificate.name(), reopened(certificate)));
    snapshot
        .fleetKeys()
        .findFirst()
        .ifPresent(
            keys -> {
              next.fleetKeysSource = keys;
              next.fleetKeys = keys.equals(fleetKeysSource) ? fleetKeys : Optional.of(opened(keys));
            });
    return next;
  }

  /** The certificate with the name; one that is not there has failed. */
  public OpenedCertificate certificate(String name) {
    return certificates.getOrDefault(
        name,
        new OpenedCertificate.Failed(
            "there is no Certificate " + name,
            "apply Certificate " + name + ", or name another one"));
  }

  /** The fleet's keys; absent where the snapshot has none: in static mode, or with a controller that has no data key. */
  public Optional<OpenedFleetKeys> fleetKeys() {
    return fleetKeys;
  }

  private OpenedCertificate reopened(Certificate certificate) {
    return certificates.get(certificate.name()) instanceof OpenedCertificate.Usable usable
            && usable.source().equals(certificate)
        ? usable
        : opened(certificate);
  }

  private OpenedCertificate opened(Certificate certificate) {
    try {
      var chain = certificate.chain().certificates();
      Optional<PrivateKey> key =
          certificate.privateKey().isPresent()
              ? Optional.of(PrivateKeys.parse(clear(certificate, certificate.privateKey().get())))
              : Optional.empty();
      return new OpenedCertificate.Usable(certificate, chain, key);
    } catch (CannotOpen reason) {
      return new OpenedCertificate.Failed(
          "the key of " + certificate.key() + " " + reason.getMessage(), reason.remedy());
    } catch (IllegalArgumentException reason) {
      return new OpenedCertificate.Failed(
          certificate.key() + " can't be used: " + reason.getMessage(),
          "apply another certificate and key as " + certificate.key());
    }
  }

  private Secret.Clear clear(Certificate certificate, Secret secret) throws CannotOpen {
    return switch (secret) {
      case Secret.Clear clear -> clear;
      case Secret.Sealed sealed -> certificate.open(sealed, requiredDataKey());
      case Secret.Known _ ->
          throw new CannotOpen("is not there, only its digest", "apply it with its key");
    };
  }

  private OpenedFleetKeys opened(FleetKeys keys) {
    try {
      return new OpenedFleetKeys.Usable(
          new FleetSecrets(
              open(keys, FleetKeys.HASH_SEED, keys.hashSeed()),
              both(keys, FleetKeys.COOKIE_KEY, keys.cookieKeys()),
              both(keys, FleetKeys.TICKET_KEY, keys.ticketKeys())));
    } catch (CannotOpen reason) {
      return new OpenedFleetKeys.Failed(
          "a key of Fleet " + keys.name() + " " + reason.getMessage() + ": " + reason.remedy());
    }
  }

  private List<Secret.Clear> both(FleetKeys keys, String purpose, FleetKeys.Rotating rotating)
      throws CannotOpen {
    var both = new ArrayList<Secret.Clear>();
    both.add(open(keys, purpose, rotating.current()));
    if (rotating.previous().isPresent()) {
      both.add(open(keys, purpose, rotating.previous().get()));
    }
    return both;
  }

  private Secret.Clear open(FleetKeys keys, String purpose, Secret.Sealed sealed)
      throws CannotOpen {
    return requiredDataKey().open(keys.key(), purpose, sealed);
  }

  private DataKey requiredDataKey() throws CannotOpen {
    return dataKey.orElseThrow(
        () ->
            new CannotOpen(
                "is sealed, and no data key was given",
                "start it with the controller's --data-key-file"));
  }
}
