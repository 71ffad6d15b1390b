package dev.ballast.model;

/**
 * One server that does the work. An item of its own: a change of one of 10,000 is a change of one.
 *
 * @param id its name within the pool
 * @param weight 0 to 1000; 0 takes no traffic
 * @param zone where it stands, or empty
 * @param priority 0 to 15, its group: the lower one is preferred, the others are spares
 * @param adminState what people want by specification; an override beside it may be stricter
 */
public record Backend(
    String pool,
    String id,
    BackendAddress address,
    int weight,
    String zone,
    int priority,
    AdminState adminState)
    implements Resource {
  public static final int DEFAULT_WEIGHT = 1;
  public static final int WEIGHT_LIMIT = 1_000;
  public static final int LAST_PRIORITY = 15;

  public Backend {
    Names.requireName(pool);
    Names.requireName(id);
    Ranges.require("weight", weight, 0, WEIGHT_LIMIT);
    Ranges.require("priority", priority, 0, LAST_PRIORITY);
    requireZone(zone);
  }

  /**
   * A zone, or empty.
   *
   * @throws IllegalArgumentException when it is no name
   */
  public static String requireZone(String zone) {
    return zone.isEmpty() ? zone : Names.requireName(zone);
  }

  /** One of the first priority. */
  public Backend(
      String pool,
      String id,
      BackendAddress address,
      int weight,
      String zone,
      AdminState adminState) {
    this(pool, id, address, weight, zone, 0, adminState);
  }

  @Override
  public Kind kind() {
    return Kind.BACKEND;
  }

  @Override
  public String name() {
    return pool + "/" + id;
  }
}
