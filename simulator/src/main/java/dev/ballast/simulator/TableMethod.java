package dev.ballast.simulator;

import dev.ballast.model.KeyTable;

/** The ways of consistent hashing that section 5.3 of the Maglev paper compares, as the LB server has them. */
public enum TableMethod {
  MAGLEV("maglev") {
    @Override
    KeyTable over(int entries) {
      return new KeyTable.Maglev(entries);
    }
  },

  /** Karger's, with as many points of each backend as the paper's experiment has ("views"). */
  RING("ring-hash") {
    @Override
    KeyTable over(int entries) {
      return new KeyTable.RingHash(KeyTable.RingHash.MOST);
    }
  },

  RENDEZVOUS("rendezvous") {
    @Override
    KeyTable over(int entries) {
      return new KeyTable.Rendezvous();
    }
  };

  private final String title;

  TableMethod(String title) {
    this.title = title;
  }

  /** Its name in configurations. */
  public String title() {
    return title;
  }

  abstract KeyTable over(int entries);

  /** Whether an entry of the look-up table is one of its own, and not a key like any other. */
  boolean hasEntries() {
    return this == MAGLEV;
  }
}
