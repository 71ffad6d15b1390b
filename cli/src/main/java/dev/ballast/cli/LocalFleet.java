package dev.ballast.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The LB servers of a system on one machine.
 *
 * @param size how many
 * @param zones where they stand, in turn; empty: nowhere
 * @param extensions a directory of algorithms of users' own
 */
record LocalFleet(int size, List<String> zones, Optional<Path> extensions) {
  LocalFleet {
    zones = List.copyOf(zones);
  }

  /** What the LB server of this index, from 0, is started with for that. */
  List<String> options(int index) {
    var options = new ArrayList<String>();
    options.add("--ordinal");
    options.add(Integer.toString(ordinal(index)));
    if (!zones.isEmpty()) {
      options.add("--zone");
      options.add(zone(index));
    }
    extensions.ifPresent(
        directory -> {
          options.add("--extensions");
          options.add(directory.toString());
        });
    return options;
  }

  private String zone(int index) {
    return zones.get(index % zones.size());
  }

  /**
   * From 0, none twice, and those of a zone in a row: so subsets are even among all, and among those of each zone.
   */
  private int ordinal(int index) {
    if (zones.isEmpty()) {
      return index;
    }
    String own = zone(index);
    int before = 0;
    for (String other : zones.stream().distinct().toList()) {
      if (other.equals(own)) {
        break;
      }
      before += number(other, size);
    }
    return before + number(own, index);
  }

  /** Of the first so many, those in the zone. */
  private int number(String zone, int first) {
    int number = 0;
    for (int index = 0; index < first; index++) {
      number += zone(index).equals(zone) ? 1 : 0;
    }
    return number;
  }
}
