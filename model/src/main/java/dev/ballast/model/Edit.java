package dev.ballast.model;

import java.util.List;

/** What a plan does to one resource, for people to read. */
public record Edit(ItemKey key, Action action, List<FieldEdit> fields) {
  /** What happens to the resource. */
  public enum Action {
    CREATED,
    CHANGED,
    DELETED
  }

  /**
   * One field's change.
   *
   * @param path {@code listeners[http].port}; elements with a name are told apart by it
   * @param before as JSON, or empty when the field was not there
   * @param after as JSON, or empty when the field is gone
   */
  public record FieldEdit(String path, String before, String after) {}

  public Edit {
    fields = List.copyOf(fields);
  }

  /** What makes the one into the other; both have the same key. */
  public static Edit of(Resource before, Resource after) {
    return new Edit(after.key(), Action.CHANGED, Differences.between(before, after));
  }
}
