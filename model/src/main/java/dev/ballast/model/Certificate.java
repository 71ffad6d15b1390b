package dev.ballast.model;

import java.util.Optional;

/**
 * A certificate chain, and the key that belongs to its leaf where it is one to be shown; without a key it says whom to trust.
 *
 * @param privateKey of the leaf, in PKCS#8; write-only: answers show its digest
 */
public record Certificate(String name, CertificateChain chain, Optional<Secret> privateKey)
    implements Resource {
  private static final String PURPOSE = "key";

  public Certificate {
    Names.requireName(name);
  }

  @Override
  public Kind kind() {
    return Kind.CERTIFICATE;
  }

  private Certificate withKey(Secret other) {
    return new Certificate(name, chain, Optional.of(other));
  }

  /** Whether its key is there in clear. */
  public boolean isClear() {
    return privateKey.isPresent() && privateKey.get() instanceof Secret.Clear;
  }

  /** The same with its key sealed, if that is clear. */
  public Certificate sealed(Sealer sealer) {
    return privateKey.isPresent() && privateKey.get() instanceof Secret.Clear clear
        ? withKey(sealer.seal(key(), PURPOSE, clear))
        : this;
  }

  /** The clear key of this certificate. */
  Secret.Clear open(Secret.Sealed sealed, DataKey dataKey) throws CannotOpen {
    return dataKey.open(key(), PURPOSE, sealed);
  }

  /**
   * The same with the stored key where that is the one meant: written again, or named by its digest. So applying what was
   * answered, or the same file twice, changes nothing. A key sealed under another data key than the stored one replaces it.
   */
  Certificate over(Certificate stored) {
    if (privateKey.isEmpty() || stored.privateKey.isEmpty()) {
      return this;
    }
    Secret kept = stored.privateKey.get();
    boolean isMeant =
        privateKey.get().isSameAs(kept)
            && switch (privateKey.get()) {
              case Secret.Known _ -> hasLeafKeyOf(stored);
              case Secret.Clear _ -> kept instanceof Secret.Clear;
              case Secret.Sealed fresh ->
                  kept instanceof Secret.Sealed old && old.dataKey().equals(fresh.dataKey());
            };
    return isMeant ? withKey(kept) : this;
  }

  private boolean hasLeafKeyOf(Certificate stored) {
    return chain.equals(stored.chain)
        || chain.leaf().getPublicKey().equals(stored.chain.leaf().getPublicKey());
  }
}
