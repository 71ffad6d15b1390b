package dev.ballast.configdb;

/** The configuration files of the embedded server. */
final class PostgresSettings {
  /** postgresql.conf: what a user writes below the include wins. */
  static final String INCLUDING =
      """
      # ballast.conf is written at every start. Settings of your own go below the next line, and win.
      include 'ballast.conf'
      """;

  /** pg_hba.conf: one role, one database, with a password, from this machine. */
  static final String ACCESS =
      """
      host  ballast  ballast  127.0.0.1/32  scram-sha-256
      """;

  private PostgresSettings() {}

  /** ballast.conf */
  static String of(int port) {
    return """
        # Written by Ballast at every start; own settings belong into postgresql.conf.
        listen_addresses = '127.0.0.1'
        port = %d
        unix_socket_directories = ''
        max_connections = 50
        password_encryption = scram-sha-256

        # What is committed stays: through a crash of the process and of the machine.
        fsync = on
        synchronous_commit = on
        full_page_writes = on

        # The change feed reads the WAL. A reader that stops is cut off before it fills the disk.
        wal_level = logical
        max_wal_senders = 8
        max_replication_slots = 8
        max_slot_wal_keep_size = 512MB
        wal_sender_timeout = 10s
        max_logical_replication_workers = 0

        # A small machine, a small database.
        shared_buffers = 32MB
        min_wal_size = 64MB
        max_wal_size = 256MB
        max_worker_processes = 2
        max_parallel_workers = 0
        max_parallel_workers_per_gather = 0
        autovacuum_max_workers = 1
        io_method = sync
        huge_pages = off
        jit = off

        # An open transaction keeps every other writer, or a starting change feed, waiting.
        idle_in_transaction_session_timeout = 60s
        tcp_keepalives_idle = 30
        tcp_keepalives_interval = 10
        tcp_keepalives_count = 3

        timezone = 'UTC'
        log_timezone = 'UTC'
        datestyle = 'iso, ymd'
        log_line_prefix = '%%m [%%p] %%q%%a '
        log_checkpoints = off
        log_lock_waits = on
        log_replication_commands = off
        """
        .formatted(port);
  }
}
