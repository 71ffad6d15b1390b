package dev.ballast.locks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A list or a stream of Redis as a queue: {@code redis://HOST:PORT/DB?list=NAME} or {@code ?stream=NAME}, with user,
 * password, {@code rediss}, {@code ca-file} and {@code timeout} as {@link RedisEngine} has them. Each change is one Lua script, {@code redis-queue.lua},
 * that checks the fence and makes the change in one step.
 *
 * <p>List: {@code head} is the end that is read. It is {@code right} by default, for producers that {@code LPUSH}, and {@code left} for
 * those that {@code RPUSH}. A message's key is the value of a field of the JSON object that it is, {@code key=FIELD}; where that is not
 * asked for, or there is none, it is the SHA-1 of the whole message. Equal messages have the same key, so are handled one after
 * the other; each is handled and removed for itself. The field needs {@code tools.jackson.core:jackson-databind}.
 *
 * <p>Stream: entries with the fields {@code key} and {@code body}, or as the parameters {@code key} and {@code body} name them; what has no
 * key is handled in any order, and a missing body is empty. Groups of Redis itself are not used, and what they keep is not touched.
 *
 * <p>Dead letters go to {@code NAME:dead}, a list or a stream like the queue. Limits: a look sees the oldest {@value #WINDOW}
 * entries, so messages behind so many of other partitions wait until those are handled. How old a list's messages are is not known.
 * Failures are forgotten seven days after the last. Redis may not be a cluster.
 */
public final class RedisQueue implements MessageQueue {
  static final Set<String> PARAMETERS =
      Set.of("list", "stream", "head", "key", "body", "timeout", RedisTls.CA_FILE);
  private static final RedisScript SCRIPT = RedisScript.load("redis-queue.lua");
  private static final int FIRST_LOOK = 100;
  private static final int WINDOW = 1000;

  private final RedisNode node;
  private final List<String> queue;

  /** {@code left}, {@code right} or {@code stream}. */
  private final String kind;

  private final @Nullable String keyField;
  private final String bodyField;

  private RedisQueue(EngineUrl url) {
    var list = url.parameters().get("list");
    var stream = url.parameters().get("stream");
    var name = list == null ? stream : list;
    if (name == null || name.isEmpty() || (list != null && stream != null)) {
      throw new IllegalArgumentException(
          "a queue in Redis is ?list=NAME or ?stream=NAME, one of the two");
    }
    this.queue = List.of(name);
    this.kind = list == null ? "stream" : url.parameter("head", "right");
    if (!Set.of("left", "right").contains(url.parameter("head", "right"))) {
      throw new IllegalArgumentException("the head of a list is left or right, not " + kind);
    }
    this.keyField = list == null ? url.parameter("key", "key") : url.parameters().get("key");
    this.bodyField = url.parameter("body", "body");
    var timeout = url.duration("timeout", RedisEngine.TIMEOUT);
    this.node = new RedisNode(url, url.address(), timeout, _ -> {});
  }

  /**
   * The queue for a URL. Connects with the first call.
   *
   * @throws IllegalArgumentException if the URL is wrong
   */
  public static RedisQueue connect(String url) {
    return new RedisQueue(EngineUrl.parse(url, RedisNode.DEFAULT_PORT, PARAMETERS));
  }

  private boolean isStream() {
    return kind.equals("stream");
  }

  @Override
  public String name() {
    return "%s '%s' in Redis at %s"
        .formatted(isStream() ? "stream" : "list", queue.getFirst(), node.address());
  }

  @Override
  public boolean fence(Fence fence) {
    return number(call("fence", fence)) == 1;
  }

  @Override
  public List<Message> peek(Set<Integer> partitions, int count, Set<String> skip, int limit) {
    for (int window = FIRST_LOOK; ; window = WINDOW) {
      var rows = RedisNode.rows(eval(List.of("peek", kind, window)));
      var wanted = new ArrayList<Message>();
      for (var row : rows) {
        var message = message(RedisNode.rows(row));
        if (!skip.contains(message.id())
            && wanted.size() < limit
            && partitions.contains(partition(message, count))) {
          wanted.add(message);
        }
      }
      if (wanted.size() >= limit || rows.size() < window || window == WINDOW) {
        return wanted;
      }
    }
  }

  private static int partition(Message message, int count) {
    return Message.partition(message.key().isEmpty() ? message.id() : message.key(), count);
  }

  private Message message(List<Object> row) {
    String id = RedisNode.text(row.get(0));
    int failures = (int) number(row.get(1));
    if (!isStream()) {
      var body = (byte[]) row.get(2);
      return new Message(id, listKey(id, body), body, failures);
    }
    var fields = RedisNode.rows(row.get(2));
    String key = "";
    var body = new byte[0];
    for (int i = 0; i < fields.size(); i += 2) {
      String field = RedisNode.text(fields.get(i));
      if (field.equals(keyField)) {
        key = RedisNode.text(fields.get(i + 1));
      } else if (field.equals(bodyField)) {
        body = (byte[]) fields.get(i + 1);
      }
    }
    return new Message(id, key, body, failures);
  }

  private String listKey(String id, byte[] body) {
    String key = keyField == null ? "" : JsonKey.of(body, keyField);
    return key.isEmpty() ? id.substring(0, id.indexOf('-')) : key;
  }

  /** In a class of its own, so that a queue without a field works without Jackson. */
  private static final class JsonKey {
    private static final JsonMapper JSON = new JsonMapper();

    static String of(byte[] body, String field) {
      try {
        return JSON.readTree(body).path(field).asString("");
      } catch (JacksonException _) {
        return ""; // No JSON: goes by its hash.
      }
    }
  }

  @Override
  public boolean acknowledge(Message message, Fence fence) {
    return number(call("acknowledge", fence, message.id(), message.body())) == 1;
  }

  @Override
  public Rejection reject(Message message, Fence fence, int maxFailures, String why) {
    var answer =
        call(
            "reject",
            fence,
            message.id(),
            message.body(),
            message.failures() + 1,
            maxFailures,
            why);
    return switch ((int) number(answer)) {
      case 0 -> Rejection.STALE;
      case 1 -> Rejection.KEPT;
      default -> Rejection.DEAD;
    };
  }

  @Override
  public Lag lag() {
    var row = RedisNode.rows(eval(List.of("lag", kind)));
    return new Lag(number(row.get(0)), Duration.ofMillis(number(row.get(1))));
  }

  private static long number(@Nullable Object answer) {
    return RedisNode.number(answer);
  }

  private @Nullable Object call(String operation, Fence fence, Object... rest) {
    var arguments = new ArrayList<Object>();
    arguments.addAll(List.of(operation, kind, fence.group(), fence.partition(), fence.token()));
    arguments.addAll(List.of(rest));
    return eval(arguments);
  }

  private @Nullable Object eval(List<Object> arguments) {
    return node.eval(SCRIPT, queue, RedisEngine.texts(arguments));
  }

  @Override
  public void close() {
    node.close();
  }
}
