package dev.ballast.proxy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The tokens of a pool's backends, kept from plan to plan: what a plan computes anew are those of backends that no plan before it had, or all when the keys have changed.
 *
 * <p>The token of a backend is HMAC-SHA256 of pool and name under the fleet's cookie key, cut to 128 bits (RFC 2104). Owned by the control thread.
 */
final class StickyTokens {
  private static final String ALGORITHM = "HmacSHA256";

  /** Those of backends that have gone are dropped when they are more than those that are there. */
  private static final int MOST_KEPT = 2;

  private final String pool;
  private final Map<String, long[]> known = new HashMap<>();
  private List<byte[]> keys = List.of();

  StickyTokens(String pool) {
    this.pool = pool;
  }

  /**
   * By backend, for each key in turn, the upper and the lower half.
   *
   * @param members how many the pool has, whether they may be picked or not
   */
  List<long[]> of(List<String> backends, List<byte[]> withKeys, int members) {
    if (!areTheSame(keys, withKeys)) {
      known.clear();
      keys = withKeys;
    }
    List<Mac> macs = macs();
    var tokens = new ArrayList<long[]>(backends.size());
    for (String backend : backends) {
      tokens.add(known.computeIfAbsent(backend, name -> computed(name, macs)));
    }
    if (known.size() > MOST_KEPT * members) {
      known.keySet().retainAll(new HashSet<>(backends));
    }
    return tokens;
  }

  private static boolean areTheSame(List<byte[]> some, List<byte[]> others) {
    boolean areSame = some.size() == others.size();
    for (int i = 0; areSame && i < some.size(); i++) {
      areSame = Arrays.equals(some.get(i), others.get(i));
    }
    return areSame;
  }

  private List<Mac> macs() {
    return keys.stream().map(StickyTokens::mac).toList();
  }

  private static Mac mac(byte[] key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has " + ALGORITHM, e);
    }
  }

  private long[] computed(String backend, List<Mac> macs) {
    byte[] id = (pool + "/" + backend).getBytes(StandardCharsets.UTF_8);
    long[] halves = new long[2 * macs.size()];
    for (int k = 0; k < macs.size(); k++) {
      ByteBuffer token = ByteBuffer.wrap(macs.get(k).doFinal(id));
      halves[2 * k] = token.getLong();
      halves[2 * k + 1] = token.getLong();
    }
    return halves;
  }
}
