package dev.ballast.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The canonical encoding of resources: JSON with the fields in a fixed order and without white space. Equal resources have
 * equal encodings, and reading one gives the resource back. Thread-safe.
 */
public final class Codec {
  /** The version of the specifications that the configuration database stores as {@code jsonb}. */
  public static final int FORMAT = 3;

  private Codec() {}

  /** The resource with its kind and name; {@link Object#toString} of the answer is the canonical encoding. */
  public static ObjectNode toJson(Resource resource) {
    return ResourceWriter.write(resource);
  }

  /** A resource as people see it: as {@link #toJson}, with secrets as their digests. */
  public static ObjectNode show(Resource resource) {
    return ResourceWriter.show(resource);
  }

  /** A pool as people write it: with the complete list of its backends, which may be empty. */
  public static ObjectNode toDocument(Pool pool, List<Backend> backends) {
    ObjectNode node = toJson(pool);
    ArrayNode list = node.putArray("backends");
    backends.forEach(backend -> PoolWriter.backend(list.addObject(), backend));
    return node;
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws InvalidInput when it is not that
   */
  public static Resource fromJson(JsonNode json) {
    return fromJson(json.toString());
  }

  /**
   * Reads one resource of any kind.
   *
   * @throws InvalidInput when it is none
   */
  public static Resource fromJson(String json) {
    var trees = Tree.parseAll(json, true);
    if (trees.size() != 1) {
      throw Tree.unreadable(0, "one resource is expected, not " + trees.size());
    }
    return resource(trees.getFirst());
  }

  static Resource resource(Tree tree) {
    var findings = new Findings();
    var fields = Fields.of(tree, "", findings);
    var kind = fields.required("kind", Codec::kind, Kind.FLEET);
    var resource = new ResourceReader(findings).read(kind, fields);
    fields.finish();
    findings.throwIfAny();
    return resource.orElseThrow();
  }

  private static Kind kind(String text) {
    return Kind.of(text)
        .orElseThrow(() -> new IllegalArgumentException("\"" + text + "\" is not a kind"));
  }

  /** How documents write an enum's constant: in lower case, with hyphens. */
  public static String text(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static <E extends Enum<E>> List<String> texts(Class<E> type) {
    return Arrays.stream(type.getEnumConstants()).map(Codec::text).toList();
  }
}
