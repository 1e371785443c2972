package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jruby.Ruby;
import org.jruby.RubyArray;
import org.jruby.RubyBasicObject;
import org.jruby.RubyBignum;
import org.jruby.RubyBinding;
import org.jruby.RubyBoolean;
import org.jruby.RubyClass;
import org.jruby.RubyFixnum;
import org.jruby.RubyFloat;
import org.jruby.RubyHash;
import org.jruby.RubyModule;
import org.jruby.RubyNil;
import org.jruby.RubyObject;
import org.jruby.RubyProc;
import org.jruby.RubyRange;
import org.jruby.RubyRegexp;
import org.jruby.RubyString;
import org.jruby.RubySymbol;
import org.jruby.api.Convert;
import org.jruby.api.Create;
import org.jruby.api.Define;
import org.jruby.exceptions.RaiseException;
import org.jruby.internal.runtime.methods.JavaMethod;
import org.jruby.runtime.Block;
import org.jruby.runtime.ThreadContext;
import org.jruby.runtime.Visibility;
import org.jruby.runtime.builtin.IRubyObject;
import org.jspecify.annotations.Nullable;
import org.ruby_lang.prism.Nodes;
import org.ruby_lang.prism.Nodes.Node;
import org.wormholes.rules.Position;
import org.wormholes.rules.expr.Scope;

/// The one class that Ruby and Java meet at: it turns a word said in Ruby into an [Invocation], and
/// values of one side into values of the other. Ruby's objects go no further.
final class RubyBridge {
  private static final int MAX_DEPTH = 64;

  private final Ruby ruby;
  private final ThreadContext context;
  private final Source source;
  private final CallSites sites;
  private final Reader reader;
  private final Builder builder;
  private final Problems problems;
  private final RubyModule wormholes;
  private boolean evaluating;

  RubyBridge(
      Ruby ruby,
      Source source,
      CallSites sites,
      Reader reader,
      Builder builder,
      Problems problems) {
    this.ruby = ruby;
    this.context = ruby.getCurrentContext();
    this.source = source;
    this.sites = sites;
    this.reader = reader;
    this.builder = builder;
    this.problems = problems;
    this.wormholes = Define.defineModule(context, "Wormholes");
  }

  private interface Body {
    IRubyObject call(IRubyObject[] arguments);
  }

  /// Loads the rooms and opens the first one, the file.
  void open(String rooms) {
    define("__rooms", arguments -> roomsAndWords());
    define(
        "__units",
        arguments -> list(Units.BY_NAME.keySet().stream().sorted().map(this::symbol).toList()));
    define("__word", this::word);
    define("__apply", arguments -> guarded(() -> toRuby(apply(arguments))));
    define("__unit", arguments -> guarded(() -> toRuby(unit(arguments))));
    define("__number", arguments -> guarded(() -> quantity(toValue(arguments[0]))));
    define("__show", arguments -> string(held(arguments[0]).show()));
    ruby.executeScript(rooms, "wormholes/rooms.rb");
    wormholes.callMethod(
        context, "ready", new IRubyObject[] {ruby.getTopSelf(), string(source.file())});
    wormholes.callMethod(context, "enter", room(builder.root()));
  }

  private void define(String name, Body body) {
    RubyClass singleton = wormholes.getSingletonClass();
    singleton.addMethod(
        context,
        name,
        new JavaMethod.JavaMethodNBlock(singleton, Visibility.PUBLIC, name) {
          @Override
          public IRubyObject call(
              ThreadContext given,
              IRubyObject self,
              RubyModule owner,
              String called,
              IRubyObject[] arguments,
              Block block) {
            return body.call(arguments);
          }
        });
  }

  private IRubyObject roomsAndWords() {
    RubyHash rooms = Create.newHash(context);
    for (Room room : Room.values()) {
      rooms.op_aset(
          context,
          symbol(room.name()),
          list(Vocabulary.names(room).stream().map(this::symbol).toList()));
    }
    return rooms;
  }

  private IRubyObject guarded(java.util.function.Supplier<IRubyObject> work) {
    try {
      return work.get();
    } catch (Mistake mistake) {
      throw ruby.newArgumentError(mistake.message());
    }
  }

  // ---- words

  private IRubyObject word(IRubyObject[] arguments) {
    RoomFrame frame = (RoomFrame) ((RubyBasicObject) arguments[0]).dataGetStruct();
    String name = arguments[1].asJavaString();
    if (evaluating) {
      throw ruby.newNoMethodError("no word is said in a condition", name, context.nil);
    }
    int line = Convert.toInt(context, arguments[4]);
    Nodes.CallNode site = sites.next(name, line);
    Position whole = site == null ? source.positionOfLine(line) : reader.position(site);
    Position namePosition = whole;
    if (site != null) {
      int start = sites.nameStart(site);
      namePosition = source.position(start, start + site.name.length);
    }
    Invocation invocation =
        new Invocation(
            name,
            namePosition,
            whole,
            positional((RubyArray<?>) arguments[2], site, whole),
            named((RubyHash) arguments[3], site, whole),
            arguments[5] instanceof RubyProc proc
                ? new RubyBlock(proc, name, line, site, whole)
                : null);
    Value result = builder.invoke(frame, invocation);
    return result instanceof Value.Subject(RoomFrame subject) ? room(subject) : ruby.getNil();
  }

  private List<Invocation.Argument> positional(
      RubyArray<?> values, Nodes.@Nullable CallNode site, Position whole) {
    List<Node> nodes = site == null ? List.of() : plain(Reader.argumentsOf(site));
    boolean exact = nodes.size() == values.size();
    List<Invocation.Argument> arguments = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      Position position = exact ? reader.position(nodes.get(i)) : whole;
      arguments.add(new Invocation.Argument(toWordValue(values.eltOk(i), position), position));
    }
    return arguments;
  }

  private static List<Node> plain(List<Node> arguments) {
    return arguments.stream().filter(node -> !(node instanceof Nodes.KeywordHashNode)).toList();
  }

  private List<Invocation.Keyword> named(
      RubyHash values, Nodes.@Nullable CallNode site, Position whole) {
    Map<String, Nodes.AssocNode> nodes = new LinkedHashMap<>();
    for (Node argument : site == null ? List.<Node>of() : Reader.argumentsOf(site)) {
      if (argument instanceof Nodes.KeywordHashNode hash) {
        for (Node element : hash.elements) {
          if (element instanceof Nodes.AssocNode pair && pair.key instanceof Nodes.SymbolNode key) {
            nodes.put(Reader.text(key.unescaped), pair);
          }
        }
      }
    }
    List<Invocation.Keyword> keywords = new ArrayList<>();
    for (IRubyObject key : keys(values)) {
      String name = key.asJavaString();
      Nodes.AssocNode node = nodes.get(name);
      Position at = node == null ? whole : reader.position(node.key);
      Position valueAt = node == null ? whole : reader.position(Reader.valueNode(node));
      IRubyObject value = values.op_aref(context, key);
      keywords.add(new Invocation.Keyword(name, at, toWordValue(value, valueAt), valueAt));
    }
    return keywords;
  }

  private Value toWordValue(IRubyObject object, Position position) {
    try {
      return toValue(object);
    } catch (Mistake mistake) {
      problems.add(Problem.error(position, mistake.message()));
      return Value.Broken.VALUE;
    }
  }

  /// A block of the full tier: Ruby runs it when it is a room, and nobody when it is a condition.
  private final class RubyBlock implements Invocation.Block, Reader.Outer {
    private final RubyProc proc;
    private final String word;
    private final int line;
    private final Nodes.@Nullable CallNode site;
    private final Position whole;

    RubyBlock(RubyProc proc, String word, int line, Nodes.@Nullable CallNode site, Position whole) {
      this.proc = proc;
      this.word = word;
      this.line = line;
      this.site = site;
      this.whole = whole;
    }

    @Override
    public Position position() {
      return site != null && site.block != null ? reader.position(site.block) : whole;
    }

    @Override
    public void run(RoomFrame frame) {
      wormholes.callMethod(context, "inside", new IRubyObject[] {room(frame), proc});
    }

    @Override
    public Term condition(Scope scope) {
      List<Nodes.CallNode> candidates =
          sites.on(word, line).stream()
              .filter(call -> call.block instanceof Nodes.BlockNode)
              .toList();
      if (candidates.isEmpty()) {
        problems.add(
            Problem.error(whole, "the block of `" + word + "` can't be found in the text")
                .expecting("`" + word + " { … }`, written out: a condition is read, never run"));
        throw new Halt();
      }
      Nodes.BlockNode node = (Nodes.BlockNode) candidates.getFirst().block;
      for (Nodes.CallNode other : candidates) {
        if (!text(other.block).equals(text(node))) {
          problems.add(
              Problem.error(whole, "there are two `" + word + "` blocks on line " + line)
                  .expecting("each on a line of its own, where Ruby runs the file"));
          throw new Halt();
        }
      }
      return reader.condition(node, null, scope, this);
    }

    private String text(Node node) {
      return source.slice(node.startOffset, node.endOffset());
    }

    private RubyBinding binding() {
      return RubyBinding.newBinding(ruby, proc.getBlock().getBinding());
    }

    @Override
    public @Nullable Value local(String name) {
      RubySymbol symbol = symbol(name);
      RubyBinding binding = binding();
      return binding.callMethod(context, "local_variable_defined?", symbol).isTrue()
          ? convertible(binding.callMethod(context, "local_variable_get", symbol))
          : null;
    }

    @Override
    public @Nullable Value constant(String name) {
      RubyClass object = ruby.getObject();
      return object.callMethod(context, "const_defined?", symbol(name)).isTrue()
          ? convertible(object.callMethod(context, "const_get", symbol(name)))
          : null;
    }

    @Override
    public @Nullable Value evaluate(String code, int at) {
      evaluating = true;
      try {
        IRubyObject result =
            binding()
                .callMethod(
                    context,
                    "eval",
                    new IRubyObject[] {string(code), string(source.file()), ruby.newFixnum(at)});
        return convertible(result);
      } catch (RaiseException e) {
        context.setErrorInfo(ruby.getNil());
        return null;
      } finally {
        evaluating = false;
      }
    }

    private @Nullable Value convertible(IRubyObject object) {
      try {
        return toValue(object);
      } catch (Mistake mistake) {
        return null;
      }
    }
  }

  // ---- values

  private Value apply(IRubyObject[] arguments) {
    String operator = arguments[0].asJavaString();
    IRubyObject other = arguments[2];
    boolean equality = operator.equals("==") || operator.equals("!=");
    if (equality
        && !(isQuantity(other) || other instanceof RubyFixnum || other instanceof RubyFloat)) {
      return Value.truth(operator.equals("!="));
    }
    return Arithmetic.apply(operator, held(arguments[1]), toValue(other));
  }

  private Value unit(IRubyObject[] arguments) {
    String name = arguments[1].asJavaString();
    try {
      return Units.of(toValue(arguments[0]), Units.named(name).orElseThrow());
    } catch (ArithmeticException e) {
      throw Mistake.of(toValue(arguments[0]).show() + "." + name + " does not fit 64 bits");
    }
  }

  private Value toValue(IRubyObject object) {
    return toValue(object, MAX_DEPTH);
  }

  private Value toValue(IRubyObject object, int depth) {
    if (depth == 0) {
      throw Mistake.of("the value is nested more than " + MAX_DEPTH + " deep");
    }
    return switch (object) {
      case RubyNil _ -> Value.Nothing.VALUE;
      case RubyBoolean truth -> Value.truth(truth.isTrue());
      case RubyFixnum whole -> new Value.Whole(whole.getValue());
      case RubyBignum _ -> throw Mistake.of("the number does not fit 64 bits");
      case RubyFloat decimal -> new Value.Decimal(decimal.getValue());
      case RubySymbol symbol -> new Value.Name(symbol.idString());
      case RubyString text -> Arithmetic.text(text.decodeString());
      case RubyArray<?> array -> {
        List<Value> items = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
          items.add(toValue(array.eltOk(i), depth - 1));
        }
        yield Arithmetic.items(items);
      }
      case RubyHash hash -> {
        Map<Value, Value> pairs = new LinkedHashMap<>();
        for (IRubyObject key : keys(hash)) {
          pairs.put(toValue(key, depth - 1), toValue(hash.op_aref(context, key), depth - 1));
        }
        yield new Value.Table(pairs);
      }
      case RubyRange range ->
          new Value.Between(
              toValue(range.first(context), depth - 1),
              toValue(range.callMethod(context, "end"), depth - 1),
              range.callMethod(context, "exclude_end?").isTrue());
      case RubyRegexp regexp -> pattern(regexp);
      default -> {
        if (isQuantity(object)) {
          yield held(object);
        }
        throw Mistake.of(
            "a Ruby object of class "
                + object.getMetaClass().getRealClass().getName(context)
                + " says nothing here");
      }
    };
  }

  private List<IRubyObject> keys(RubyHash hash) {
    RubyArray<?> keys = hash.keys(context);
    List<IRubyObject> list = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      list.add(keys.eltOk(i));
    }
    return list;
  }

  private Value pattern(RubyRegexp regexp) {
    int options = Convert.toInt(context, regexp.callMethod(context, "options"));
    String text = regexp.callMethod(context, "source").asJavaString();
    return new Value.Pattern(text, (options & 1) != 0, (options & 4) != 0, (options & 2) != 0);
  }

  private IRubyObject toRuby(Value value) {
    return switch (value) {
      case Value.Whole(long number) -> ruby.newFixnum(number);
      case Value.Decimal(double number) -> ruby.newFloat(number);
      case Value.Truth(boolean yes) -> ruby.newBoolean(yes);
      case Value.Span _, Value.Size _, Value.Rate _ -> quantity(value);
      default -> ruby.getNil();
    };
  }

  private IRubyObject quantity(Value value) {
    RubyObject object = new RubyObject(ruby, quantityClass());
    object.dataWrapStruct(value);
    return object;
  }

  private RubyClass quantityClass() {
    return (RubyClass) wormholes.getConstant(context, "Quantity");
  }

  private boolean isQuantity(IRubyObject object) {
    return object.getMetaClass().getRealClass().equals(quantityClass())
        && ((RubyBasicObject) object).dataGetStruct() instanceof Value;
  }

  private Value held(IRubyObject quantity) {
    if (((RubyBasicObject) quantity).dataGetStruct() instanceof Value value) {
      return value;
    }
    throw Mistake.of("this is no amount with a unit");
  }

  private IRubyObject room(RoomFrame frame) {
    RubyObject handle = new RubyObject(ruby, ruby.getObject());
    handle.dataWrapStruct(frame);
    return wormholes.callMethod(
        context, "room", new IRubyObject[] {symbol(frame.room().name()), handle});
  }

  private RubySymbol symbol(String name) {
    return ruby.newSymbol(name);
  }

  private RubyString string(String text) {
    return ruby.newString(text);
  }

  private IRubyObject list(List<? extends IRubyObject> items) {
    return RubyArray.newArray(ruby, Arrays.asList(items.toArray(new IRubyObject[0])));
  }
}
