package dev.ballast.model;

import java.security.SecureRandom;

/** Seals secrets under a data key, and draws new ones. */
public record Sealer(DataKey dataKey, SecureRandom random) {
  Secret.Sealed seal(ItemKey owner, String purpose, Secret.Clear clear) {
    return dataKey.seal(owner, purpose, clear, random);
  }

  Secret.Sealed sealRandom(ItemKey owner, String purpose, int bytes) {
    var drawn = new byte[bytes];
    random.nextBytes(drawn);
    return seal(owner, purpose, new Secret.Clear(drawn));
  }
}
