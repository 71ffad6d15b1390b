package dev.ballast.simulator;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.KeyedHash;
import dev.ballast.balancing.Loads;
import dev.ballast.balancing.Member;
import dev.ballast.balancing.Placement;
import dev.ballast.balancing.Tried;
import dev.ballast.model.Algorithm;
import dev.ballast.model.KeyTable;
import dev.ballast.model.RequestPart;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A look-up table, by any way of consistent hashing: each entry has the backend that the LB server's own balancer picks for it. A Maglev table has
 * such entries; for the others the number of an entry is a key, hashed as keys of requests are. Immutable.
 */
final class FilledTable {
  private static final int[] WHOLE = {};

  private final KeyTable table;
  private final int[] members;
  private final Placement placement;
  private final long seed;
  private final int[] owners;

  private FilledTable(KeyTable table, int[] members, Placement placement, long seed, int[] owners) {
    this.table = table;
    this.members = members;
    this.placement = placement;
    this.seed = seed;
    this.owners = owners;
  }

  /** Over backends 0 to {@code backends} − 1 of equal weight. */
  static FilledTable of(KeyTable table, int entries, int backends, long seed) {
    return over(table, entries, IntStream.range(0, backends).toArray(), seed);
  }

  private static FilledTable over(KeyTable table, int entries, int[] members, long seed) {
    List<Member> named =
        IntStream.of(members)
            .mapToObj(number -> new Member("backend-%07d".formatted(number), 1))
            .toList();
    var placement = Placement.of(hash(table), named, seed);
    int[] places = IntStream.range(0, members.length).toArray();
    int[] owners = owners(table, entries, placement, places, seed);
    for (int entry = 0; entry < entries; entry++) {
      owners[entry] = members[owners[entry]];
    }
    return new FilledTable(table, members, placement, seed, owners);
  }

  /** The table that is made when these backends are no longer in the pool. */
  FilledTable without(BitSet gone) {
    int[] staying = IntStream.of(members).filter(member -> !gone.get(member)).toArray();
    return over(table, owners.length, staying, seed);
  }

  /** Who has each entry while these backends may not be picked, but are in the pool still. Of a whole pool only. */
  int[] ownersWhileOut(BitSet out) {
    int[] places =
        IntStream.of(members).map(member -> out.get(member) ? Balancer.NONE : member).toArray();
    return owners(table, owners.length, placement, places, seed);
  }

  private static Algorithm.Hash hash(KeyTable table) {
    return new Algorithm.Hash(RequestPart.ADDRESS, table, 0);
  }

  private static int[] owners(
      KeyTable table, int entries, Placement placement, int[] places, long seed) {
    int[] alike = new int[places.length];
    Arrays.fill(alike, 1);
    Balancer balancer = placement.balancer(hash(table), places, WHOLE, alike);
    KeyedHash keys = KeyedHash.ofKeys(seed);
    var number = ByteBuffer.allocate(Long.BYTES);
    int[] owners = new int[entries];
    for (int entry = 0; entry < entries; entry++) {
      long key =
          table instanceof KeyTable.Maglev ? entry : keys.of(number.putLong(0, entry).array());
      owners[entry] = balancer.pick(key, Tried.NONE, Loads.IDLE);
    }
    return owners;
  }

  /** The number of the backend that has the entry. */
  int owner(int entry) {
    return owners[entry];
  }

  int entries() {
    return owners.length;
  }
}
