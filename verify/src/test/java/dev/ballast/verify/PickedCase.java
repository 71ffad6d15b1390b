package dev.ballast.verify;

import dev.ballast.model.Algorithm;
import dev.ballast.model.KeyTable;
import dev.ballast.model.RequestPart;
import java.util.List;
import java.util.stream.Stream;

/**
 * An algorithm with its parameters, as the benchmarks name it.
 *
 * @param name of its type; a hash also says its table, and "bounded" if its load is
 */
record PickedCase(String name, Algorithm algorithm) {
  private static final int BOUND_PERCENT = 125;

  /** Every algorithm; those that hash over every table, with and without a bound. */
  static List<PickedCase> all() {
    return Algorithm.all().stream().flatMap(PickedCase::of).toList();
  }

  static PickedCase named(String name) {
    return all().stream().filter(one -> one.name.equals(name)).findFirst().orElseThrow();
  }

  private static Stream<PickedCase> of(Algorithm algorithm) {
    return algorithm instanceof Algorithm.Hash
        ? tables().flatMap(table -> Stream.of(hash(table, 0), hash(table, BOUND_PERCENT)))
        : Stream.of(new PickedCase(algorithm.type(), algorithm));
  }

  static Stream<KeyTable> tables() {
    return Stream.of(
        new KeyTable.Maglev(KeyTable.Maglev.DEFAULT),
        new KeyTable.RingHash(KeyTable.RingHash.DEFAULT),
        new KeyTable.Rendezvous());
  }

  private static PickedCase hash(KeyTable table, int boundPercent) {
    return new PickedCase(
        "hash " + table.type() + (boundPercent == 0 ? "" : " bounded"),
        new Algorithm.Hash(RequestPart.ADDRESS, table, boundPercent));
  }

  boolean isHash() {
    return algorithm instanceof Algorithm.Hash;
  }
}
