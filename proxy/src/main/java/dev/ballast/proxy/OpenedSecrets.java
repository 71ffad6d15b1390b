package dev.ballast.proxy;

import dev.ballast.model.Certificate;
import dev.ballast.model.DataKey;
import dev.ballast.model.FleetSecrets;
import dev.ballast.model.Keyring;
import dev.ballast.model.OpenedCertificate;
import dev.ballast.model.Secret;
import dev.ballast.model.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The certificates and the fleet's keys of the snapshot in use, opened. Owned by the control thread. */
final class OpenedSecrets {
  private static final Logger LOG = LoggerFactory.getLogger(OpenedSecrets.class);

  private final FleetSecrets otherwise;
  private Keyring keyring;
  private Map<String, OpenedCertificate> certificates = Map.of();
  private Map<String, TlsMaterial> materials = new HashMap<>();
  private FleetSecrets fleet;
  private String trouble = "";

  /** @param otherwise the keys of a fleet whose snapshots have none that can be opened */
  OpenedSecrets(Optional<DataKey> dataKey, FleetSecrets otherwise) {
    this.keyring = Keyring.empty(dataKey);
    this.otherwise = otherwise;
    this.fleet = otherwise;
  }

  /** Opens those of the next snapshot; answers whether its certificates are the same as before. */
  boolean next(Snapshot snapshot) {
    keyring = keyring.next(snapshot);
    fleet = fleetKeys();
    var opened = new HashMap<String, OpenedCertificate>();
    snapshot
        .certificates()
        .map(Certificate::name)
        .forEach(name -> opened.put(name, keyring.certificate(name)));
    if (opened.equals(certificates)) {
      return true;
    }
    var kept = new HashMap<String, TlsMaterial>();
    materials.forEach(
        (name, material) -> {
          if (opened.containsKey(name) && opened.get(name).equals(certificates.get(name))) {
            kept.put(name, material);
          }
        });
    certificates = Map.copyOf(opened);
    materials = kept;
    return false;
  }

  private FleetSecrets fleetKeys() {
    if (keyring.fleetKeys().isEmpty()) {
      return otherwise;
    }
    return switch (keyring.fleetKeys().get()) {
      case Keyring.OpenedFleetKeys.Usable usable -> usable.secrets();
      case Keyring.OpenedFleetKeys.Failed failed -> {
        if (!failed.reason().equals(trouble)) {
          LOG.warn(
              "The fleet's keys can't be used, so sessions, cookies and hashes are this process's own: {}",
              failed.reason());
          trouble = failed.reason();
        }
        yield otherwise;
      }
    };
  }

  /** What the LB servers of the fleet share. */
  FleetSecrets fleet() {
    return fleet;
  }

  TicketKeys ticketKeys() {
    return new TicketKeys(fleet.ticketKeys().stream().map(TicketKeys.Secret::new).toList());
  }

  /** The certificate with the name, ready for use. */
  TlsMaterial certificate(String name) throws UnusableCertificate {
    TlsMaterial known = materials.get(name);
    if (known != null) {
      return known;
    }
    switch (keyring.certificate(name)) {
      case OpenedCertificate.Usable usable -> {
        TlsMaterial material = material(usable);
        materials.put(name, material);
        return material;
      }
      case OpenedCertificate.Failed failed ->
          throw new UnusableCertificate(failed.reason(), failed.remedy());
    }
  }

  private static TlsMaterial material(OpenedCertificate.Usable usable) {
    Certificate source = usable.source();
    String key = source.privateKey().map(Secret::sha256).orElse("");
    String digest =
        new Secret.Clear((source.chain().pem() + key).getBytes(StandardCharsets.UTF_8)).sha256();
    return new TlsMaterial(
        digest,
        usable.chain(),
        source.chain().hosts(),
        source.chain().notAfter(),
        usable.key().orElse(null));
  }
}
