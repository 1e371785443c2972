package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Tells when one of a few files has been saved. It watches their folders, since editors write a
/// file beside the old one and rename it; and it waits until the saving has come to rest.
final class FileWatch implements AutoCloseable {
  private static final long REST_MILLIS = 100;

  private final WatchService service;
  private final Runnable saved;
  private final Map<Path, WatchKey> folders = new HashMap<>();
  private final Map<Path, String> files = new HashMap<>();

  private FileWatch(WatchService service, Runnable saved) {
    this.service = service;
    this.saved = saved;
  }

  /// @param saved runs on a thread of its own each time that a watched file has changed
  static FileWatch open(Runnable saved) throws IOException {
    FileWatch watch = new FileWatch(FileSystems.getDefault().newWatchService(), saved);
    Thread.ofPlatform().daemon().start(watch::run);
    return watch;
  }

  /// Tells of a file too, from this moment on: to be called before the file is read, so that
  /// nothing is missed.
  synchronized void add(Path path) {
    Path file = path.toAbsolutePath();
    files.put(file, stamp(file));
    Path folder = file.getParent();
    if (folder != null && !folders.containsKey(folder)) {
      folders.put(folder, register(folder));
    }
  }

  /// Tells no more of any other files.
  synchronized void only(Set<Path> wanted) {
    Set<Path> kept = new HashSet<>();
    wanted.forEach(each -> kept.add(each.toAbsolutePath()));
    files.keySet().retainAll(kept);
  }

  private WatchKey register(Path folder) {
    try {
      return folder.register(
          service,
          StandardWatchEventKinds.ENTRY_CREATE,
          StandardWatchEventKinds.ENTRY_MODIFY,
          StandardWatchEventKinds.ENTRY_DELETE);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.USAGE, "cannot watch %s: %s".formatted(folder, e.getMessage()));
    }
  }

  private void run() {
    while (rests()) {
      if (hasChanged()) {
        saved.run();
      }
    }
  }

  /// Waits for something to happen and then for it to come to rest; false once closed.
  private boolean rests() {
    try {
      WatchKey key = service.take();
      while (key != null) {
        key.pollEvents();
        key.reset();
        key = service.poll(REST_MILLIS, TimeUnit.MILLISECONDS);
      }
      return true;
    } catch (InterruptedException | ClosedWatchServiceException e) {
      return false;
    }
  }

  private synchronized boolean hasChanged() {
    boolean changed = false;
    for (Map.Entry<Path, String> each : files.entrySet()) {
      String now = stamp(each.getKey());
      changed |= !now.equals(each.getValue());
      each.setValue(now);
    }
    return changed;
  }

  /// What differs when a file was saved: another file under the name, another time, another length.
  private static String stamp(Path file) {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return found.fileKey() + " " + found.lastModifiedTime() + " " + found.size();
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() throws IOException {
    service.close();
  }
}
