package dev.ballast.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * List + watch on the wire: the encoding of snapshots and of a watch's lines. Thread-safe.
 *
 * <pre>
 * snapshot  {"revision":"E.N","checksum":"…","items":[{"revision":7,"resource":{…}},…]}
 * change    {"revision":"E.N","prev":"E.M","upserts":[item,…],"deletes":[{"kind":"Pool","name":"web"},…]}
 * part      {"part":{"upserts":[…],"deletes":[…]}}
 * end       {"end":{"revision":"E.N","prev":"E.M","items":1200}}
 * bookmark  {"revision":"E.N","checksum":"…"}
 * </pre>
 */
public final class Wire {
  private static final int ELEMENT_LIMIT = 1_000_000;

  private Wire() {}

  public static String snapshot(Snapshot snapshot) {
    var json = new StringBuilder(64 + 256 * snapshot.items().size());
    json.append("{\"revision\":\"").append(snapshot.revision());
    json.append("\",\"checksum\":\"").append(snapshot.checksum()).append("\",\"items\":");
    return items(json, snapshot.items().values()).append('}').toString();
  }

  /**
   * Reads a snapshot and proves its checksum.
   *
   * @throws InvalidInput when it is none, or damaged
   */
  public static Snapshot readSnapshot(String json) {
    var reading = Reading.of(json);
    Revision revision = reading.revision("revision");
    String checksum = reading.text("checksum");
    var snapshot = Snapshot.of(revision, reading.items("items"));
    reading.finish();
    if (!snapshot.checksum().equals(checksum)) {
      throw Tree.unreadable(
          0,
          "the snapshot is damaged: its checksum is " + snapshot.checksum() + ", not " + checksum);
    }
    return snapshot;
  }

  /** A change as one line, or, when it has more items than one line shall hold, as parts and an end. No line feeds. */
  public static List<String> change(Change change, int itemsPerLine) {
    Ranges.require("items per line", itemsPerLine, 1, Integer.MAX_VALUE);
    int size = change.upserts().size() + change.deletes().size();
    if (size <= itemsPerLine) {
      var json = new StringBuilder("{\"revision\":\"").append(change.revision());
      json.append("\",\"prev\":\"").append(change.prev()).append("\",\"upserts\":");
      items(json, change.upserts()).append(",\"deletes\":");
      return List.of(keys(json, change.deletes()).append('}').toString());
    }
    var lines = new ArrayList<String>();
    for (int from = 0; from < change.upserts().size(); from += itemsPerLine) {
      int to = Math.min(change.upserts().size(), from + itemsPerLine);
      lines.add(part(change.upserts().subList(from, to), List.of()));
    }
    for (int from = 0; from < change.deletes().size(); from += itemsPerLine) {
      int to = Math.min(change.deletes().size(), from + itemsPerLine);
      lines.add(part(List.of(), change.deletes().subList(from, to)));
    }
    lines.add(end(change, size));
    return lines;
  }

  public static String bookmark(Revision revision, String checksum) {
    return "{\"revision\":\"" + revision + "\",\"checksum\":\"" + checksum + "\"}";
  }

  /**
   * Reads a line of a watch.
   *
   * @throws InvalidInput when it is none
   */
  public static WatchLine readLine(String json) {
    var reading = Reading.of(json);
    Optional<WatchLine> line =
        reading
            .inner("part")
            .map(
                part ->
                    part.finished(new WatchLine.Part(part.items("upserts"), part.keys("deletes"))));
    line =
        line.or(
            () ->
                reading
                    .inner("end")
                    .map(
                        end ->
                            end.finished(
                                new WatchLine.End(
                                    end.revision("revision"),
                                    end.revision("prev"),
                                    end.count("items")))));
    return reading.finished(line.orElseGet(() -> ofRevision(reading)));
  }

  private static WatchLine ofRevision(Reading reading) {
    Revision revision = reading.revision("revision");
    if (reading.has("checksum")) {
      return new WatchLine.Bookmark(revision, reading.text("checksum"));
    }
    return new WatchLine.Changed(
        new Change(
            revision, reading.revision("prev"), reading.items("upserts"), reading.keys("deletes")));
  }

  private static String end(Change change, int items) {
    return "{\"end\":{\"revision\":\""
        + change.revision()
        + "\",\"prev\":\""
        + change.prev()
        + "\",\"items\":"
        + items
        + "}}";
  }

  private static String part(List<Item> upserts, List<ItemKey> deletes) {
    var json = items(new StringBuilder("{\"part\":{\"upserts\":"), upserts).append(",\"deletes\":");
    return keys(json, deletes).append("}}").toString();
  }

  private static StringBuilder items(StringBuilder json, Collection<Item> items) {
    json.append('[');
    String separator = "";
    for (Item item : items) {
      json.append(separator).append("{\"revision\":").append(item.revision());
      json.append(",\"resource\":").append(Codec.toJson(item.resource())).append('}');
      separator = ",";
    }
    return json.append(']');
  }

  private static StringBuilder keys(StringBuilder json, Collection<ItemKey> keys) {
    json.append('[');
    String separator = "";
    for (ItemKey key : keys) {
      json.append(separator).append("{\"kind\":\"").append(key.kind().documentName());
      json.append("\",\"name\":\"").append(key.name()).append("\"}");
      separator = ",";
    }
    return json.append(']');
  }

  /** The fields of one message; every mistake in it ends the reading. */
  private record Reading(Fields fields, Findings findings) {
    static Reading of(String json) {
      var trees = Tree.parseAll(json, true);
      if (trees.size() != 1) {
        throw Tree.unreadable(0, "one JSON object is expected");
      }
      return of(trees.getFirst());
    }

    static Reading of(Tree tree) {
      var findings = new Findings();
      var reading = new Reading(Fields.of(tree, "", findings), findings);
      findings.throwIfAny();
      return reading;
    }

    Optional<Reading> inner(String key) {
      return fields.mapping(key).map(inner -> new Reading(inner, findings));
    }

    boolean has(String key) {
      return fields.has(key);
    }

    String text(String key) {
      return checked(fields.required(key, text -> text, ""));
    }

    Revision revision(String key) {
      return checked(fields.required(key, Revision::parse, new Revision("00000000", 0)));
    }

    int count(String key) {
      return checked(fields.requiredInteger(key, 0, ELEMENT_LIMIT));
    }

    List<Item> items(String key) {
      return fields.list(key, ELEMENT_LIMIT).stream().map(element -> item(element.tree())).toList();
    }

    List<ItemKey> keys(String key) {
      return fields.list(key, ELEMENT_LIMIT).stream().map(element -> key(element.tree())).toList();
    }

    private static Item item(Tree tree) {
      if (tree instanceof Tree.Mapping(int line, Map<String, Tree.Entry> entries)
          && entries.get("resource") instanceof Tree.Entry(int _, Tree resource)
          && entries.get("revision") instanceof Tree.Entry(int _, Tree.Scalar revision)
          && revision.type() == Tree.Type.NUMBER) {
        return new Item(Codec.resource(resource), Long.parseLong(revision.text()));
      }
      throw Tree.unreadable(tree.line(), "an item has a revision and a resource");
    }

    private static ItemKey key(Tree tree) {
      var reading = of(tree);
      Kind kind =
          reading.checked(
              reading.fields.required(
                  "kind",
                  text ->
                      Kind.of(text)
                          .orElseThrow(() -> new IllegalArgumentException("unknown kind " + text)),
                  Kind.FLEET));
      return reading.finished(new ItemKey(kind, reading.text("name")));
    }

    <T> T finished(T result) {
      finish();
      return result;
    }

    void finish() {
      fields.finish();
      findings.throwIfAny();
    }

    private <T> T checked(T value) {
      findings.throwIfAny();
      return value;
    }
  }
}
