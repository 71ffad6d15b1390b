package dev.ballast.balancing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Those of a pool that an LB server may come to ask: first who may be picked, then the spares, which are asked only when others have failed, or by
 * clients that stay with them; each of the two in the order of the names. A place is an index into this order, and what balancers answer.
 */
public final class Lineup {
  private final int[] members;
  private final int preferred;
  private final int all;
  private final List<Preferred.Role> roles;
  private final int[] ofOtherZones;
  private final List<int[]> ofOtherGroups;

  private Lineup(
      int[] members,
      int preferred,
      int all,
      List<Preferred.Role> roles,
      int[] ofOtherZones,
      List<int[]> ofOtherGroups) {
    this.roles = roles;
    this.members = members;
    this.preferred = preferred;
    this.all = all;
    this.ofOtherZones = ofOtherZones;
    this.ofOtherGroups = ofOtherGroups;
  }

  /**
   * Who may be asked, by the eligibility.
   *
   * @param candidates those that it is of, sorted by name
   */
  public static Lineup of(List<Candidate> candidates, Eligibility eligibility) {
    int[] preferred =
        IntStream.range(0, candidates.size()).filter(eligibility::isEligible).toArray();
    int[] spares = IntStream.range(0, candidates.size()).filter(eligibility::isSpare).toArray();
    var ofOtherZones = new ArrayList<Integer>();
    var ofOtherGroups = new TreeMap<Integer, List<Integer>>();
    for (int i = 0; i < spares.length; i++) {
      int priority = candidates.get(spares[i]).rank().priority();
      List<Integer> spare =
          eligibility.preferred().roles().get(spares[i]) == Preferred.Role.SPARE
              ? ofOtherGroups.computeIfAbsent(priority, _ -> new ArrayList<>())
              : ofOtherZones;
      spare.add(preferred.length + i);
    }
    return new Lineup(
        IntStream.concat(IntStream.of(preferred), IntStream.of(spares)).toArray(),
        preferred.length,
        candidates.size(),
        IntStream.of(preferred).mapToObj(eligibility.preferred().roles()::get).toList(),
        array(ofOtherZones),
        ofOtherGroups.values().stream().map(Lineup::array).toList());
  }

  private static int[] array(List<Integer> places) {
    return places.stream().mapToInt(Integer::intValue).toArray();
  }

  /** How many places there are. */
  public int size() {
    return members.length;
  }

  /** How many may be picked: theirs are the first places. */
  public int preferredCount() {
    return preferred;
  }

  /** The index of the candidate at the place. */
  public int member(int place) {
    return members[place];
  }

  /** What those that may be picked are asked for, in the order of their places. */
  public List<Preferred.Role> roles() {
    return roles;
  }

  /** By candidate: its place if it may be picked, else {@link Balancer#NONE}. */
  public int[] places() {
    return byCandidate(IntStream.range(0, preferred).toArray(), Balancer.NONE);
  }

  /** By candidate: what it gets if it may be picked, else something else. */
  public int[] byCandidate(int[] ofPlaces, int otherwise) {
    int[] values = new int[all];
    Arrays.fill(values, otherwise);
    for (int place = 0; place < preferred; place++) {
      values[members[place]] = ofPlaces[place];
    }
    return values;
  }

  /** The same balancer, over those that may be picked, with the spares for those who have failed with others. */
  public Balancer withSpares(Balancer balancer) {
    return members.length == preferred
        ? balancer
        : new WithSpares(balancer, preferred, ofOtherZones, ofOtherGroups);
  }
}
