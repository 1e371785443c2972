package org.wormholes.dsl;

import org.ruby_lang.prism.Nodes;
import org.ruby_lang.prism.Nodes.Node;

/// What pieces of Ruby are called in messages.
final class Names {
  private Names() {}

  static String of(Node node) {
    return switch (node) {
      case Nodes.XStringNode _, Nodes.InterpolatedXStringNode _ -> "a shell command";
      case Nodes.LambdaNode _ -> "a lambda";
      case Nodes.WhileNode _ -> "`while`";
      case Nodes.UntilNode _ -> "`until`";
      case Nodes.ForNode _ -> "`for`";
      case Nodes.CaseNode _ -> "`case`";
      case Nodes.CaseMatchNode _, Nodes.MatchPredicateNode _, Nodes.MatchRequiredNode _ ->
          "pattern matching";
      case Nodes.ClassNode _, Nodes.SingletonClassNode _ -> "a class";
      case Nodes.ModuleNode _ -> "a module";
      case Nodes.BeginNode _, Nodes.RescueModifierNode _ -> "`rescue`";
      case Nodes.GlobalVariableReadNode _, Nodes.GlobalVariableWriteNode _ -> "a global variable";
      case Nodes.InstanceVariableReadNode _, Nodes.InstanceVariableWriteNode _ ->
          "an instance variable";
      case Nodes.ClassVariableReadNode _, Nodes.ClassVariableWriteNode _ -> "a class variable";
      case Nodes.MultiWriteNode _ -> "several assignments at once";
      case Nodes.SelfNode _ -> "`self`";
      case Nodes.YieldNode _ -> "`yield`";
      case Nodes.ReturnNode _ -> "`return`";
      case Nodes.BreakNode _ -> "`break`";
      case Nodes.NextNode _ -> "`next`";
      case Nodes.SuperNode _, Nodes.ForwardingSuperNode _ -> "`super`";
      case Nodes.DefinedNode _ -> "`defined?`";
      case Nodes.ConstantPathNode _, Nodes.ConstantPathWriteNode _ -> "`::`";
      case Nodes.RationalNode _ -> "a rational number";
      case Nodes.ImaginaryNode _ -> "a complex number";
      case Nodes.SplatNode _, Nodes.AssocSplatNode _ -> "a splat";
      case Nodes.DefNode _ -> "`def`";
      case Nodes.AliasMethodNode _, Nodes.AliasGlobalVariableNode _ -> "`alias`";
      case Nodes.SourceFileNode _ -> "`__FILE__`";
      case Nodes.SourceLineNode _ -> "`__LINE__`";
      case Nodes.LocalVariableOrWriteNode _, Nodes.ConstantOrWriteNode _ -> "`||=`";
      case Nodes.LocalVariableAndWriteNode _, Nodes.ConstantAndWriteNode _ -> "`&&=`";
      case Nodes.PreExecutionNode _ -> "`BEGIN`";
      case Nodes.PostExecutionNode _ -> "`END`";
      default -> {
        String name = node.getClass().getSimpleName();
        yield name.endsWith("Node") ? name.substring(0, name.length() - 4) : name;
      }
    };
  }
}
