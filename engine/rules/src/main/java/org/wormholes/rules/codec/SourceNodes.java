package org.wormholes.rules.codec;

import com.esotericsoftware.kryo.KryoException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.wormholes.rules.Position;
import org.wormholes.rules.SourceMap;

/// The bytes of source positions: rules.md 5. The names of files stand once, in front.
final class SourceNodes {
  private static final int MAX_PATH = 512;

  private SourceNodes() {}

  static void write(RuleOutput out, SourceMap sources) {
    Map<String, Integer> files = new HashMap<>();
    List<String> names = new ArrayList<>();
    for (Position position : sources.positions().values()) {
      if (files.putIfAbsent(position.file(), names.size()) == null) {
        names.add(position.file());
      }
    }
    out.head(Kinds.SOURCES, 0, sources.positions().size());
    out.texts(names);
    sources.positions().forEach((path, position) -> write(out, path, position, files));
  }

  private static void write(
      RuleOutput out, String path, Position position, Map<String, Integer> files) {
    out.head(Kinds.POSITION, 0, files.getOrDefault(position.file(), 0));
    out.writeLong(position.line());
    out.writeLong(position.column());
    out.writeLong(position.length());
    out.text(path);
    out.text(position.text());
  }

  static SourceMap read(RuleInput in) {
    in.head(Kinds.SOURCES);
    int size = in.checkedCount(56);
    List<String> files = in.texts();
    Map<String, Position> positions = new LinkedHashMap<>();
    String before = "";
    for (int i = 0; i < size; i++) {
      in.head(Kinds.POSITION);
      int file = in.count();
      int line = number(in);
      int column = number(in);
      int length = number(in);
      String path = in.asciiText();
      if (path.length() > MAX_PATH
          || path.compareTo(before) <= 0
          || file < 0
          || file >= files.size()) {
        throw new KryoException("positions must be in order, each in one of the files");
      }
      before = path;
      positions.put(path, new Position(files.get(file), line, column, length, in.text()));
    }
    return new SourceMap(positions);
  }

  private static int number(RuleInput in) {
    long value = in.readLong();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new KryoException("a place must be 0..2147483647");
    }
    return (int) value;
  }
}
