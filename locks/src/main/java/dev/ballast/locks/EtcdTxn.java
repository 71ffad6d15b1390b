package dev.ballast.locks;

import java.nio.charset.StandardCharsets;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A transaction of etcd, as its JSON gateway takes it: if all that is compared holds, what follows is done, all of it at once. */
final class EtcdTxn {
  private final ObjectNode body = EtcdClient.JSON.createObjectNode();
  private final ArrayNode operations = body.putArray("success");

  /** Only if the key is there, or only if it is not. */
  EtcdTxn onlyIf(byte[] key, boolean isThere) {
    body.withArray("compare")
        .addObject()
        .put("key", key)
        .put("target", "CREATE")
        .put("result", isThere ? "GREATER" : "EQUAL")
        .put("create_revision", 0);
    return this;
  }

  /** Only if the key was not written since. */
  EtcdTxn onlyIfUnchanged(byte[] key, long modRevision) {
    body.withArray("compare")
        .addObject()
        .put("key", key)
        .put("target", "MOD")
        .put("result", "EQUAL")
        .put("mod_revision", modRevision);
    return this;
  }

  /** Writes a key that dies with a lease. */
  EtcdTxn put(byte[] key, String value, LeaseId lease) {
    operations
        .addObject()
        .putObject("request_put")
        .put("key", key)
        .put("value", value.getBytes(StandardCharsets.UTF_8))
        .put("lease", EtcdKeys.number(lease));
    return this;
  }

  EtcdTxn delete(byte[] key) {
    operations.addObject().putObject("request_delete_range").put("key", key);
    return this;
  }

  EtcdTxn get(byte[] key) {
    operations.addObject().putObject("request_range").put("key", key);
    return this;
  }

  /** Reads a range of keys in the order in which they were made. */
  EtcdTxn read(byte[] from, byte[] to) {
    operations
        .addObject()
        .putObject("request_range")
        .put("key", from)
        .put("range_end", to)
        .put("sort_target", "CREATE")
        .put("sort_order", "ASCEND");
    return this;
  }

  EtcdTxn then(EtcdTxn inner) {
    operations.addObject().set("request_txn", inner.body);
    return this;
  }

  ObjectNode body() {
    return body;
  }
}
