# shellcheck shell=bash
# Source this file after setting $scratch to a temporary folder. It sets $built to a folder that holds what `sam build` would
# leave: the template and, in each CodeUri, a file `bootstrap`. They are debug binaries, which the build of the tests has
# nearly made already, without their debug information: `sam build` would take minutes.
built=${scratch:?}/built

# The binary of the crate in that folder of functions/.
binary_of() { echo "target/debug/$1"; }

cargo build --quiet --locked --workspace --bins --tests
mkdir -p "$built"
cp template.yaml "$built/"
sed -n 's|^ *CodeUri: functions/\(.*\)/$|\1|p' template.yaml | sort -u | while read -r folder; do
    mkdir -p "$built/functions/$folder"
    strip -o "$built/functions/$folder/bootstrap" "$(binary_of "$folder")"
done
