package org.wormholes.runtime.local;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.wormholes.runtime.local.ProcessTable.Owned;
import org.wormholes.runtime.local.SocketTable.Entry;

/// Finds the program behind a connection from this machine (Linux). Reads `/proc`, so it blocks for
/// some milliseconds: not for event loops. What it found is remembered by the number of the socket,
/// which no other socket has while this one is open. Thread-safe; one search runs at a time.
public final class LocalClients {
  private static final int MAX_KNOWN = 1_024;

  /// Processes that asked last are asked first: most programs that open one connection open more.
  private static final int MAX_RECENT = 16;

  private final SocketTable sockets;
  private final ProcessTable processes;
  private final Map<Entry, LocalClient> known = bounded(MAX_KNOWN);
  private final Map<Path, Path> recent = bounded(MAX_RECENT);

  public LocalClients() {
    this(Path.of("/proc"));
  }

  LocalClients(Path proc) {
    this.sockets = new SocketTable(proc);
    this.processes = new ProcessTable(proc);
  }

  private static <K, V> Map<K, V> bounded(int most) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
      }
    };
  }

  /// Who has the connected TCP socket at `address`, spelled `ip:port`.
  public synchronized LocalClient find(String address) {
    Optional<InetSocketAddress> local = SocketTable.address(address);
    try {
      Optional<Entry> socket = local.isPresent() ? sockets.find(local.get()) : Optional.empty();
      return socket.isPresent() ? client(socket.get()) : LocalClient.UNKNOWN;
    } catch (IOException e) {
      return LocalClient.UNKNOWN; // there is no such table here
    }
  }

  private LocalClient client(Entry socket) throws IOException {
    LocalClient before = known.get(socket);
    if (before != null) {
      return before;
    }
    LocalClient found = search(socket);
    known.put(socket, found);
    return found;
  }

  private LocalClient search(Entry socket) throws IOException {
    for (Path folder : List.copyOf(recent.keySet())) {
      Optional<Owned> process =
          ProcessTable.owned(folder).filter(each -> each.uid() == socket.uid());
      if (process.isPresent() && ProcessTable.holds(folder, socket.inode())) {
        return described(folder, process.get().user());
      }
    }
    List<Owned> all = new ArrayList<>(processes.processes());
    // The user's own first; a socket can also be held by someone it was handed to.
    all.sort(Comparator.comparing(each -> each.uid() != socket.uid()));
    String user =
        all.stream()
            .filter(each -> each.uid() == socket.uid())
            .map(Owned::user)
            .findFirst()
            .orElse(String.valueOf(socket.uid()));
    for (Owned process : all) {
      if (ProcessTable.holds(process.folder(), socket.inode())) {
        return described(process.folder(), user);
      }
    }
    return new LocalClient("", "", user);
  }

  private LocalClient described(Path folder, String user) {
    recent.put(folder, folder);
    String path = ProcessTable.executable(folder);
    return new LocalClient(path.substring(path.lastIndexOf('/') + 1), path, user);
  }
}
