package dev.ballast.proxy;

import dev.ballast.balancing.Candidate;
import dev.ballast.balancing.Subset;
import dev.ballast.model.Backend;
import dev.ballast.model.Pool;
import dev.ballast.model.Preference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What is known of a pool's members when they are judged, from where this LB server stands. Subsets go by name alone, so health moves none. */
final class Ranks {
  private Ranks() {}

  /** @param members sorted by name */
  static List<Candidate> candidates(
      Pool pool, List<PoolMember> members, ProxySettings.Place place, long fleetSeed) {
    boolean[] isInSubset = subset(pool.preference(), members, place.ordinal(), fleetSeed);
    var candidates = new ArrayList<Candidate>(members.size());
    for (int i = 0; i < isInSubset.length; i++) {
      PoolMember member = members.get(i);
      Backend backend = member.backend();
      var rank = new Candidate.Rank(backend.priority(), backend.zone(), isInSubset[i]);
      candidates.add(member.candidate().ranked(rank));
    }
    return candidates;
  }

  /** Of each priority group, so that all have spares; of each zone where the own one is preferred. */
  private static boolean[] subset(
      Preference preference, List<PoolMember> members, long ordinal, long fleetSeed) {
    if (!preference.isForSubset()) {
      var all = new boolean[members.size()];
      Arrays.fill(all, true);
      return all;
    }
    List<Kind> kinds =
        members.stream()
            .map(PoolMember::backend)
            .map(one -> new Kind(one.priority(), preference.isForOwnZone() ? one.zone() : ""))
            .toList();
    List<String> names = members.stream().map(PoolMember::id).toList();
    return Subset.ofEach(names, kinds, preference.subsetSize(), ordinal, fleetSeed);
  }

  /** Backends that can stand in for one another. */
  private record Kind(int priority, String zone) {}
}
