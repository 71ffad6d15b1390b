package dev.ballast.model;

import java.security.PublicKey;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads and writes the kinds that hold secrets. A sealed secret is written in full by {@link #write}, for the database and the
 * LB servers, and as its digest by {@link #show}, for people; a clear one is never written.
 *
 * <pre>
 * written  sealedKey: {dataKey: …, nonce: …, ciphertext: …, sha256: …}
 * shown    keySha256: …
 * </pre>
 */
record SecretFields(Findings findings) {
  private static final String KEY = "key";
  static final String KEY_SHA256 = "keySha256";
  private static final String SEALED_KEY = "sealedKey";
  private static final Secret.Sealed PLACEHOLDER =
      new Secret.Sealed("placeholder", "AAAAAAAAAAAAAAAA", "", "0".repeat(64));

  Optional<Certificate> certificate(Fields fields) {
    String name = fields.name("name");
    var chain = fields.text("certificate", CertificateChain::new);
    if (chain.isEmpty() && !fields.has("certificate")) {
      fields.problem("certificate", "is required: the chain in PEM, leaf first");
    }
    var clear = fields.text(KEY, PrivateKeys::read);
    var known = fields.text(KEY_SHA256, Secret.Known::new);
    var sealed = fields.mapping(SEALED_KEY).map(this::sealed);
    if (clear.isPresent() && known.isPresent() && !clear.get().isSameAs(known.get())) {
      return fields.problem(KEY_SHA256, "is not that of the key: leave it out");
    }
    Optional<Secret> key = clear.<Secret>map(secret -> secret).or(() -> sealed).or(() -> known);
    return chain.flatMap(some -> fields.make(() -> new Certificate(name, some, key)));
  }

  /** What can be said of a certificate that people wrote: whether it parses, and its key belongs to it. */
  static void check(Certificate certificate, Fields fields) {
    PublicKey leafKey;
    try {
      leafKey = certificate.chain().leaf().getPublicKey();
    } catch (IllegalArgumentException invalid) {
      fields.problem("certificate", String.valueOf(invalid.getMessage()));
      return;
    }
    if (fields.has(SEALED_KEY)) {
      fields.problem(SEALED_KEY, "is the system's own: write the key in PEM under \"key\"");
    }
    if (certificate.privateKey().isPresent()
        && certificate.privateKey().get() instanceof Secret.Clear clear
        && !PrivateKeys.isPair(PrivateKeys.parse(clear), leafKey)) {
      fields.problem(
          KEY,
          "does not belong to the first certificate of the chain, that of "
              + certificate.chain().leaf().getSubjectX500Principal());
    }
  }

  Optional<FleetKeys> fleetKeys(Fields fields) {
    String name = fields.name("name");
    Secret.Sealed seed = requiredSealed(fields, "hashSeed");
    var cookieKeys = rotating(fields, "cookieKeys");
    var ticketKeys = rotating(fields, "ticketKeys");
    return fields.make(() -> new FleetKeys(name, seed, cookieKeys, ticketKeys));
  }

  private FleetKeys.Rotating rotating(Fields fields, String key) {
    Fields rotating =
        fields
            .mapping(key)
            .orElseGet(
                () -> {
                  fields.problem(key, "is required");
                  return new Fields(new Tree.Mapping(0, java.util.Map.of()), key, new Findings());
                });
    Secret.Sealed current = requiredSealed(rotating, "current");
    var previous = rotating.mapping("previous").map(this::sealed);
    Instant since = rotating.instant("since").orElse(Instant.EPOCH);
    rotating.finish();
    return new FleetKeys.Rotating(current, previous, since);
  }

  private Secret.Sealed requiredSealed(Fields fields, String key) {
    return fields
        .mapping(key)
        .map(this::sealed)
        .orElseGet(
            () -> {
              fields.problem(key, "is required");
              return PLACEHOLDER;
            });
  }

  private Secret.Sealed sealed(Fields fields) {
    String dataKey = fields.required("dataKey", text -> text, "placeholder");
    String nonce = fields.required("nonce", text -> text, "");
    String ciphertext = fields.required("ciphertext", text -> text, "");
    String sha256 = fields.required("sha256", text -> text, "");
    fields.finish();
    return fields
        .make(() -> new Secret.Sealed(dataKey, nonce, ciphertext, sha256))
        .orElse(PLACEHOLDER);
  }

  static void write(ObjectNode node, Certificate certificate) {
    node.put("name", certificate.name()).put("certificate", certificate.chain().pem());
    certificate
        .privateKey()
        .ifPresent(
            key -> {
              switch (key) {
                case Secret.Sealed sealed -> sealed(node.putObject(SEALED_KEY), sealed);
                case Secret.Clear _, Secret.Known _ -> node.put(KEY_SHA256, key.sha256());
              }
            });
  }

  static void write(ObjectNode node, FleetKeys keys) {
    sealed(node.put("name", keys.name()).putObject("hashSeed"), keys.hashSeed());
    rotating(node.putObject("cookieKeys"), keys.cookieKeys());
    rotating(node.putObject("ticketKeys"), keys.ticketKeys());
  }

  private static void rotating(ObjectNode node, FleetKeys.Rotating keys) {
    sealed(node.putObject("current"), keys.current());
    keys.previous().ifPresent(previous -> sealed(node.putObject("previous"), previous));
    node.put("since", keys.since().toString());
  }

  private static void sealed(ObjectNode node, Secret.Sealed secret) {
    node.put("dataKey", secret.dataKey())
        .put("nonce", secret.nonce())
        .put("ciphertext", secret.ciphertext())
        .put("sha256", secret.sha256());
  }

  static void show(ObjectNode node, Certificate certificate) {
    node.put("name", certificate.name()).put("certificate", certificate.chain().pem());
    certificate.privateKey().ifPresent(key -> node.put(KEY_SHA256, key.sha256()));
  }

  static void show(ObjectNode node, FleetKeys keys) {
    node.put("name", keys.name()).put("hashSeedSha256", keys.hashSeed().sha256());
    shown(node.putObject("cookieKeys"), keys.cookieKeys());
    shown(node.putObject("ticketKeys"), keys.ticketKeys());
  }

  private static void shown(ObjectNode node, FleetKeys.Rotating keys) {
    node.put("currentSha256", keys.current().sha256());
    keys.previous().ifPresent(previous -> node.put("previousSha256", previous.sha256()));
    node.put("since", keys.since().toString());
  }
}
