tests "ssh-jump" do
  flow("ssh://bastion.example").uses "shells"
  flow("build.example:22").uses "shells"
  flow("build.example:2222").refused
  flow("ssh://elsewhere.example").refused
  flow("https://bastion.example").refused
end
