// Tests of the module this folder is named after.
