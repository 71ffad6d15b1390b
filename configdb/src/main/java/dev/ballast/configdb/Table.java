package dev.ballast.configdb;

import dev.ballast.model.Codec;
import dev.ballast.model.InvalidInput;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.Resource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * The table of each kind of resource.
 *
 * <p>A row is a resource's canonical encoding taken apart: the fields that are columns, and {@code spec} with all
 * others. Reading puts it together again and leaves it to the codec.
 */
enum Table {
  FLEET(Kind.FLEET),
  FLEET_KEYS(Kind.FLEET_KEYS),
  CERTIFICATE(Kind.CERTIFICATE),
  POOL(Kind.POOL),
  BACKEND(Kind.BACKEND),
  LOAD_BALANCER(Kind.LOAD_BALANCER),
  LB_SERVER(Kind.LB_SERVER),
  BACKEND_STATUS(Kind.BACKEND_STATUS),
  LB_SERVER_STATUS(Kind.LB_SERVER_STATUS),
  BACKEND_OVERRIDE(Kind.BACKEND_OVERRIDE),
  LB_SERVER_OVERRIDE(Kind.LB_SERVER_OVERRIDE);

  private static final List<String> NAME = List.of("name");
  private static final List<String> POOL_AND_NAME = List.of("pool", "name");
  private static final Map<Kind, Table> BY_KIND =
      Arrays.stream(values()).collect(Collectors.toMap(Table::kind, Function.identity()));
  private static final Map<String, Table> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(Table::relation, Function.identity()));

  private final Kind kind;

  Table(Kind kind) {
    this.kind = kind;
  }

  static Table of(Kind kind) {
    return Optional.ofNullable(BY_KIND.get(kind)).orElseThrow();
  }

  /** The table of a relation in the schema, if it holds resources. */
  static Optional<Table> of(String relation) {
    return Optional.ofNullable(BY_NAME.get(relation));
  }

  Kind kind() {
    return kind;
  }

  /** The name within the schema. */
  String relation() {
    return name().toLowerCase(Locale.ROOT);
  }

  String qualifiedName() {
    return "ballast." + relation();
  }

  /** The primary key. */
  List<String> identity() {
    return switch (this) {
      case BACKEND, BACKEND_STATUS, BACKEND_OVERRIDE -> POOL_AND_NAME;
      case FLEET,
          FLEET_KEYS,
          CERTIFICATE,
          POOL,
          LOAD_BALANCER,
          LB_SERVER,
          LB_SERVER_STATUS,
          LB_SERVER_OVERRIDE ->
          NAME;
    };
  }

  /** The columns that are fields of the encoding, the primary key first. */
  List<String> columns() {
    return switch (this) {
      case LOAD_BALANCER -> List.of("name", "fleet", "domain");
      case LB_SERVER -> List.of("name", "fleet");
      case BACKEND,
          BACKEND_STATUS,
          BACKEND_OVERRIDE,
          FLEET,
          FLEET_KEYS,
          CERTIFICATE,
          POOL,
          LB_SERVER_STATUS,
          LB_SERVER_OVERRIDE ->
          identity();
    };
  }

  /** The items that can't be without an item of this table, and go with it. */
  List<Table> dependents() {
    return switch (this) {
      case BACKEND -> List.of(BACKEND_STATUS, BACKEND_OVERRIDE);
      case LB_SERVER -> List.of(LB_SERVER_STATUS, LB_SERVER_OVERRIDE);
      case FLEET -> List.of(FLEET_KEYS);
      case FLEET_KEYS,
          CERTIFICATE,
          POOL,
          LOAD_BALANCER,
          BACKEND_STATUS,
          LB_SERVER_STATUS,
          BACKEND_OVERRIDE,
          LB_SERVER_OVERRIDE ->
          List.of();
    };
  }

  /** The columns that are written for those who ask with SQL, each with its type; no reading needs them. */
  Map<String, String> derivedColumns() {
    return switch (this) {
      case CERTIFICATE -> DerivedColumns.OF_CERTIFICATE;
      case FLEET_KEYS -> DerivedColumns.OF_FLEET_KEYS;
      case FLEET,
          POOL,
          BACKEND,
          LOAD_BALANCER,
          LB_SERVER,
          BACKEND_STATUS,
          LB_SERVER_STATUS,
          BACKEND_OVERRIDE,
          LB_SERVER_OVERRIDE ->
          Map.of();
    };
  }

  /** The values of {@link #columns()}, of {@link #derivedColumns()}, then {@code spec}. */
  List<@Nullable String> row(Resource resource) {
    ObjectNode json = Codec.toJson(resource);
    json.remove("kind");
    var values = new ArrayList<@Nullable String>();
    for (String column : columns()) {
      values.add(json.remove(column).stringValue());
    }
    values.addAll(DerivedColumns.of(resource));
    values.add(json.toString());
    return values;
  }

  /** The values of {@link #identity()}. */
  List<String> identity(ItemKey key) {
    return identity().equals(NAME) ? List.of(key.name()) : List.of(key.pool(), key.id());
  }

  ItemKey key(Function<String, String> column) {
    String name = identity().stream().map(column).collect(Collectors.joining("/"));
    return new ItemKey(kind, name);
  }

  /** @throws UnreadableRow when the codec doesn't understand it */
  Item item(Function<String, String> column) {
    return new Item(resource(column), Long.parseLong(column.apply("revision")));
  }

  /** The same without the item's digest, which costs more than the reading. */
  Resource resource(Function<String, String> column) {
    int format = Integer.parseInt(column.apply("format"));
    if (format > Codec.FORMAT) {
      throw new UnreadableRow(
          key(column) + " was written by a newer version (format " + format + "): upgrade this one",
          null);
    }
    try {
      return Codec.fromJson(document(column));
    } catch (InvalidInput invalid) {
      throw new UnreadableRow(key(column) + " cannot be read: " + invalid.getMessage(), invalid);
    }
  }

  private String document(Function<String, String> column) {
    String spec = column.apply("spec");
    var document = new StringBuilder(spec.length() + 128).append("{\"kind\":");
    document.append('"').append(kind.documentName()).append('"');
    for (String name : columns()) {
      document
          .append(",\"")
          .append(name)
          .append("\":")
          .append(StringNode.valueOf(column.apply(name)));
    }
    String rest = spec.substring(1);
    return document.append(rest.equals("}") ? "" : ",").append(rest).toString();
  }
}
